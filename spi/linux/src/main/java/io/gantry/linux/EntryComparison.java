package io.gantry.linux;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Entries of the same path in two trees. No path is followed over symbolic links. Not thread-safe. */
public final class EntryComparison implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final RootedDirectory before;
    private final RootedDirectory after;

    /** Opens both trees. */
    public EntryComparison(Path before, Path after) {
        this.before = RootedDirectory.open(before);
        try {
            this.after = RootedDirectory.open(after);
        } catch (KernelException e) {
            this.before.close();
            throw e;
        }
    }

    /** What was there; empty if nothing was, or a directory on the way is none. */
    public Optional<Stat> before(String path) {
        return stat(before, path);
    }

    /** What is there now; empty as for {@link #before}. */
    public Optional<Stat> after(String path) {
        return stat(after, path);
    }

    /** Whether there is something at a path in both trees that is not the same: kind, owner, mode, time, attributes, content. */
    public boolean differs(String path) {
        return differs(path, true);
    }

    /**
     * The same, content aside where the caller knows it to be the same.
     *
     * @param path from the root of both trees on, which is {@code /}
     */
    public boolean differs(String path, boolean withContent) {
        if (path.equals("/")) {
            return differs(before.root().stat(), after.root().stat())
                    || !sameAttributes(
                            Xattrs.of(before.root().fd()),
                            Xattrs.of(after.root().fd()));
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        try (OpenDirectory from = parent(before, path);
                OpenDirectory to = parent(after, path)) {
            Optional<Stat> old = from.stat(name);
            Optional<Stat> now = to.stat(name);
            if (old.isEmpty() || now.isEmpty()) {
                return true;
            }
            return differs(old.get(), now.get())
                    || !sameAttributes(Xattrs.of(from, name), Xattrs.of(to, name))
                    || withContent && !sameContent(from, to, name, now.get().kind());
        } catch (KernelException e) {
            if (isMissing(e)) {
                return true;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        before.close();
        after.close();
    }

    private static Optional<Stat> stat(RootedDirectory tree, String path) {
        if (path.equals("/")) {
            return Optional.of(tree.root().stat());
        }
        try (OpenDirectory parent = parent(tree, path)) {
            return parent.stat(path.substring(path.lastIndexOf('/') + 1));
        } catch (KernelException e) {
            if (isMissing(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static OpenDirectory parent(RootedDirectory tree, String path) {
        return tree.strictDirectory(path.substring(0, path.lastIndexOf('/')));
    }

    private static boolean isMissing(KernelException e) {
        return e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP);
    }

    private static boolean differs(Stat old, Stat now) {
        return old.kind() != now.kind()
                || old.mode() != now.mode()
                || old.uid() != now.uid()
                || old.gid() != now.gid()
                || old.rdevice() != now.rdevice()
                || old.mtimeSeconds() != now.mtimeSeconds()
                || old.mtimeNanos() != now.mtimeNanos()
                || old.kind() != FileKind.DIRECTORY && old.size() != now.size();
    }

    private static boolean sameAttributes(Xattrs old, Xattrs now) {
        List<String> names = old.names().stream().sorted().toList();
        return names.equals(now.names().stream().sorted().toList())
                && names.stream()
                        .allMatch(name -> Arrays.equals(
                                old.value(name).orElse(new byte[0]),
                                now.value(name).orElse(new byte[0])));
    }

    private static boolean sameContent(OpenDirectory from, OpenDirectory to, String name, FileKind kind) {
        if (kind == FileKind.SYMLINK) {
            return from.readLink(name).equals(to.readLink(name));
        }
        if (kind != FileKind.REGULAR) {
            return true;
        }
        try (Fd old = from.open(name, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
                Fd now = to.open(name, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
            byte[] one = new byte[BUFFER];
            byte[] other = new byte[BUFFER];
            while (true) {
                int length = FileContent.read(old, one);
                if (length != FileContent.read(now, other) || !Arrays.equals(one, 0, length, other, 0, length)) {
                    return false;
                }
                if (length == 0) {
                    return true;
                }
            }
        }
    }
}
