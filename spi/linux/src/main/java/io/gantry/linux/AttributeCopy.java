package io.gantry.linux;

import java.util.function.Predicate;

/**
 * Copies what a file has besides its content, in the order in which one does not undo the other: owner (which clears set-uid and capabilities), extended attributes with ACLs among them, mode,
 * times.
 */
public final class AttributeCopy {
    private AttributeCopy() {}

    /**
     * Of open files, {@code O_PATH} included, of the same kind.
     *
     * @throws KernelException ENOTSUP if the file system of {@code to} takes no such extended attributes
     */
    public static void copy(Fd from, Fd to) {
        copy(from, to, Stat.of(from), AttributeCopy::every);
    }

    /** As {@link #copy(Fd, Fd)}, with those extended attributes only whose names pass. */
    public static void copy(Fd from, Fd to, Predicate<String> xattrs) {
        copy(from, to, Stat.of(from), xattrs);
    }

    static void copy(Fd from, Fd to, Stat stat) {
        copy(from, to, stat, AttributeCopy::every);
    }

    /** Of entries that are not opened: symbolic links and special files. */
    static void copy(OpenDirectory from, OpenDirectory to, String name, Stat stat) {
        to.changeOwner(name, stat.uid(), stat.gid());
        copy(Xattrs.of(from, name), Xattrs.of(to, name), AttributeCopy::every);
        if (stat.kind() != FileKind.SYMLINK) {
            to.changeMode(name, stat.mode());
        }
        to.setTimes(name, stat.atimeSeconds(), stat.atimeNanos(), stat.mtimeSeconds(), stat.mtimeNanos());
    }

    private static void copy(Fd from, Fd to, Stat stat, Predicate<String> xattrs) {
        FileAttributes.changeOwner(to, stat.uid(), stat.gid());
        copy(Xattrs.of(from), Xattrs.of(to), xattrs);
        FileAttributes.changeMode(to, stat.mode());
        FileAttributes.setTimes(to, stat.atimeSeconds(), stat.atimeNanos(), stat.mtimeSeconds(), stat.mtimeNanos());
    }

    private static void copy(Xattrs from, Xattrs to, Predicate<String> wanted) {
        for (String name : from.names()) {
            if (wanted.test(name)) {
                from.value(name).ifPresent(value -> to.set(name, value));
            }
        }
    }

    private static boolean every(String xattr) {
        return true;
    }
}
