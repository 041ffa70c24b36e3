package io.gantry.engine.files;

import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.RootedDirectory;
import io.gantry.linux.Stat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Paths in a tree whose symbolic links are taken relative to its root. */
public final class InRoot {
    private static final int MOST_LINKS = 255;
    private static final int ATTEMPTS = 64;

    private InRoot() {}

    /**
     * Where a path leads when all symbolic links are followed. What is not there is taken as it is written. A look at one moment: nothing is held.
     *
     * @return an absolute path without symbolic links
     * @throws KernelException ELOOP
     */
    public static String follow(RootedDirectory root, String path) {
        Deque<String> parts = new ArrayDeque<>();
        push(path, parts);
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        while (!parts.isEmpty()) {
            String part = parts.pop();
            if (part.equals("..")) {
                done.pollLast();
                continue;
            }
            Optional<String> link = link(root, join(done), part);
            if (link.isEmpty()) {
                done.addLast(part);
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new KernelException("follow", path, Errno.ELOOP);
            }
            if (link.get().startsWith("/")) {
                done.clear();
            }
            push(link.get(), parts);
        }
        return join(done);
    }

    private static Optional<String> link(RootedDirectory root, String directory, String name) {
        try (OpenDirectory parent = root.directory(directory)) {
            return parent.stat(name)
                    .filter(stat -> stat.kind() == FileKind.SYMLINK)
                    .map(stat -> parent.readLink(name));
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String join(Deque<String> parts) {
        return "/" + String.join("/", parts);
    }

    private static void push(String path, Deque<String> parts) {
        String[] more = path.split("/", -1);
        for (int i = more.length - 1; i >= 0; i--) {
            if (!more[i].isEmpty() && !more[i].equals(".")) {
                parts.push(more[i]);
            }
        }
    }

    /** Opens a directory of the tree; those that are missing on the way are made, owned by root, mode 0755. */
    public static OpenDirectory makeDirectories(RootedDirectory root, String path) {
        String real = follow(root, path);
        for (int attempt = 1; ; attempt++) {
            Optional<OpenDirectory> found = root.findDirectory(real);
            if (found.isPresent()) {
                return found.get();
            }
            if (attempt == ATTEMPTS) {
                throw new KernelException("mkdir", path, Errno.ENOENT);
            }
            int slash = real.lastIndexOf('/');
            try (OpenDirectory parent = makeDirectories(root, slash <= 0 ? "/" : real.substring(0, slash))) {
                makeDirectory(parent, real.substring(slash + 1));
            }
        }
    }

    private static void makeDirectory(OpenDirectory parent, String name) {
        if (parent.makeDirectory(name, 0755)) {
            try (OpenDirectory made = parent.directory(name)) {
                io.gantry.linux.FileAttributes.changeMode(made.fd(), 0755);
            }
        }
    }

    /** Opens a file of the tree as a mount point; it is made if it is missing. */
    public static io.gantry.linux.Fd makeFile(RootedDirectory root, String path) {
        String real = follow(root, path);
        int slash = real.lastIndexOf('/');
        try (OpenDirectory parent = makeDirectories(root, slash <= 0 ? "/" : real.substring(0, slash))) {
            String name = real.substring(slash + 1);
            Optional<Stat> present = parent.stat(name);
            if (present.isEmpty()) {
                parent.makeNode(name, FileKind.REGULAR, 0755, 0);
            }
            return parent.open(name, OpenFlags.O_PATH, 0);
        }
    }
}
