package io.gantry.spi.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** What a layer changes against its parent. */
public sealed interface LayerDiff {
    /**
     * A directory that holds what the layer adds or changes, and marks for what it deletes.
     *
     * @param directory an existing directory that stands for the layer's root
     * @param dialect how a deletion is written there; never {@link WhiteoutDialect#DIRECT}
     */
    record Kept(Path directory, WhiteoutDialect dialect) implements LayerDiff {
        /** Refuses nulls and a directory that cannot say what is gone. */
        public Kept {
            Objects.requireNonNull(directory, "directory");
            if (dialect == WhiteoutDialect.DIRECT) {
                throw new IllegalArgumentException("a directory of changes has marks for deletions");
            }
        }
    }

    /**
     * A list of paths, sorted by path. It names what a comparison of the two trees would: every entry that is new, those below a new directory included; every entry whose content, kind, owner,
     * mode, modification time or extended attributes differ; of what is gone the topmost entry alone.
     *
     * @param changes empty if the layer is as its parent
     */
    record Listed(List<Change> changes) implements LayerDiff {
        /** Copies the list. */
        public Listed {
            changes = List.copyOf(changes);
        }
    }

    /**
     * A path that differs.
     *
     * @param path from the layer's root on, which is {@code /}; bytes that are not UTF-8 as {@code U+DC80..U+DCFF} (PEP 383)
     * @param kind how it differs
     */
    record Change(String path, Kind kind) {
        /** Refuses nulls and relative paths. */
        public Change {
            Objects.requireNonNull(kind, "kind");
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("a changed path begins at the layer's root: " + path);
            }
        }
    }

    /** How a path differs from the layer beneath. */
    enum Kind {
        /** It is not there beneath. */
        ADDED,
        /** It is there in both, and different. */
        MODIFIED,
        /** It is there beneath alone. */
        DELETED
    }
}
