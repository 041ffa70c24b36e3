package io.gantry.image.layer;

import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.WhiteoutDialect;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The layers beneath, looked at as the mounted whole would show them: the topmost that has a path wins, whiteouts and opaque directories
 * hide what is under them (kernel document {@code filesystems/overlayfs}). Symbolic links are found, never followed. Layers are opened one
 * lookup at a time: there may be hundreds, and lookups are rare.
 */
final class LowerLayers {
    private static final byte[] YES = {'y'};

    private final List<Path> parents;
    private final WhiteoutDialect dialect;

    /** @param parents topmost first */
    LowerLayers(List<Path> parents, WhiteoutDialect dialect) {
        this.parents = parents;
        this.dialect = dialect;
    }

    boolean isEmpty() {
        return parents.isEmpty();
    }

    /**
     * Something beneath. Close it.
     *
     * @param in the directory that has it
     * @param name its name there
     * @param stat what it is
     */
    record Found(OpenDirectory in, String name, Stat stat) implements AutoCloseable {
        @Override
        public void close() {
            in.close();
        }
    }

    /** What is at a clean path other than the root, if anything. */
    Optional<Found> find(String path) {
        String[] parts = path.split("/", -1);
        for (Path parent : parents) {
            Walk walk = new Walk();
            Optional<Found> found = walk.down(parent, parts);
            if (found.isPresent() || walk.hides) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Whether there is something at a clean path other than the root. */
    boolean has(String path) {
        Optional<Found> found = find(path);
        found.ifPresent(Found::close);
        return found.isPresent();
    }

    /** Every name that any layer has in its root directory; some may be hidden by a layer above. */
    Set<String> rootNames() {
        Set<String> names = new TreeSet<>();
        for (Path parent : parents) {
            try (OpenDirectory root = OpenDirectory.open(parent)) {
                root.list().stream()
                        .map(DirectoryEntry::name)
                        .filter(name -> dialect != WhiteoutDialect.AUFS || !name.startsWith(Whiteouts.PREFIX))
                        .forEach(names::add);
            }
        }
        return names;
    }

    /** A path followed down one layer. */
    private final class Walk {
        /** Whether this layer says that the path is not to be looked for further down. */
        private boolean hides;

        Optional<Found> down(Path layer, String[] parts) {
            OpenDirectory at = OpenDirectory.open(layer);
            boolean keep = false;
            try {
                for (int i = 0; i < parts.length; i++) {
                    Optional<Stat> stat = visible(at, parts[i]);
                    if (stat.isEmpty()) {
                        return Optional.empty();
                    }
                    if (i == parts.length - 1) {
                        keep = true;
                        return Optional.of(new Found(at, parts[i], stat.get()));
                    }
                    if (stat.get().kind() != FileKind.DIRECTORY) {
                        hides = true;
                        return Optional.empty();
                    }
                    OpenDirectory next = at.directory(parts[i]);
                    at.close();
                    at = next;
                    hides |= isOpaque(at);
                }
                return Optional.empty();
            } finally {
                if (!keep) {
                    at.close();
                }
            }
        }

        private Optional<Stat> visible(OpenDirectory directory, String name) {
            Optional<Stat> stat = directory.stat(name);
            if (stat.isPresent() && isDeviceWhiteout(stat.get())) {
                hides = true;
                return Optional.empty();
            }
            if (stat.isEmpty() && dialect == WhiteoutDialect.AUFS) {
                hides |= directory.stat(Whiteouts.PREFIX + name).isPresent();
            }
            return stat;
        }
    }

    private boolean isDeviceWhiteout(Stat stat) {
        return dialect != WhiteoutDialect.AUFS && stat.kind() == FileKind.CHARACTER_DEVICE && stat.rdevice() == 0;
    }

    private boolean isOpaque(OpenDirectory directory) {
        return switch (dialect) {
            case OVERLAY -> isMarked(directory, OverlayNames.OPAQUE);
            case OVERLAY_USERXATTR -> isMarked(directory, OverlayNames.USER_OPAQUE);
            case AUFS -> directory.stat(Whiteouts.OPAQUE).isPresent();
            case DIRECT -> false;
        };
    }

    private static boolean isMarked(OpenDirectory directory, String xattr) {
        return Xattrs.of(directory.fd())
                .value(xattr)
                .filter(value -> Arrays.equals(value, YES))
                .isPresent();
    }
}
