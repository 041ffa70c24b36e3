package io.gantry.engine.files;

import io.gantry.engine.Containers.Change;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** How overlayfs marks things in the directory that takes a layer's changes. */
public enum UpperDirectory {
    /** Marks that only a privileged process can set. */
    TRUSTED("trusted.overlay."),
    /** Marks of a mount with {@code userxattr}. */
    USER("user.overlay.");

    private final String prefix;

    UpperDirectory(String prefix) {
        this.prefix = prefix;
    }

    /** A directory is the content of one beneath that had another name. */
    static final class RedirectedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * What changed, as far as this directory alone tells.
     *
     * @param before the layers beneath as they look together; empty if there are none
     * @return empty if whole trees must be compared
     */
    public Optional<List<Change>> changes(Optional<OpenDirectory> before, OpenDirectory upper) {
        return TreeComparison.ofUpper(before, upper, this);
    }

    static boolean isWhiteout(Stat stat) {
        return stat.kind() == FileKind.CHARACTER_DEVICE && stat.rdevice() == 0;
    }

    boolean isOpaque(OpenDirectory parent, String name) {
        return Xattrs.of(parent, name)
                .value(prefix + "opaque")
                .map(value -> new String(value, StandardCharsets.US_ASCII))
                .filter("y"::equals)
                .isPresent();
    }

    void refuseRedirected(OpenDirectory parent, String name, Stat stat) {
        if (stat.kind() == FileKind.DIRECTORY
                && Xattrs.of(parent, name).value(prefix + "redirect").isPresent()) {
            throw new RedirectedException();
        }
    }
}
