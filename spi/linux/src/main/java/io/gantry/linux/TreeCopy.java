package io.gantry.linux;

import java.util.HashMap;
import java.util.Map;

/**
 * An exact copy of a tree: content (shared where the file system can, holes kept), owners, modes, times, extended attributes, hard links, links, devices, FIFOs and
 * sockets. Goes by open directories, never by paths, so neither names nor depth nor links lead astray.
 *
 * <p>Attributes are set in the order in which they do not undo each other: owner (clears set-uid and capabilities), extended attributes, mode, times.
 */
public final class TreeCopy {
    /** Names of several-named files are kept here meanwhile, one for each, so that further names can be linked at any depth. */
    private static final String LINKS = "links";

    private final OpenDirectory links;
    private final Map<Inode, String> linked = new HashMap<>();

    /** Subvolumes of a btrfs are devices of their own, with inode numbers of their own. */
    private record Inode(long device, long number) {}

    private TreeCopy(OpenDirectory links) {
        this.links = links;
    }

    /**
     * Copies.
     *
     * @param from nothing changes it meanwhile
     * @param to empty
     * @param scratch a directory of the same file system and project quota as {@code to}, for temporary names
     * @throws KernelException if it fails; what was copied so far is there then, in {@code scratch} too
     */
    public static void of(OpenDirectory from, OpenDirectory to, OpenDirectory scratch) {
        scratch.makeDirectory(LINKS, 0700);
        try (OpenDirectory links = scratch.directory(LINKS)) {
            TreeCopy copy = new TreeCopy(links);
            copy.entries(from, to);
            AttributeCopy.copy(from.fd(), to.fd(), from.stat());
        }
        scratch.removeTree(LINKS);
    }

    /**
     * Copies an entry that is no directory, with its attributes, to the same name elsewhere: a file of its own, whatever other names it has.
     *
     * @throws KernelException if it fails; half a copy may be there then
     */
    public static void single(OpenDirectory from, OpenDirectory to, String name) {
        Stat stat =
                from.stat(name).orElseThrow(() -> new KernelException("statx", from.name() + "/" + name, Errno.ENOENT));
        single(from, to, name, stat);
    }

    private void entries(OpenDirectory from, OpenDirectory to) {
        for (DirectoryEntry entry : from.list()) {
            String name = entry.name();
            Stat stat = from.stat(name)
                    .orElseThrow(() -> new IllegalStateException(from.name() + "/" + name + " went away while copied"));
            if (stat.kind() == FileKind.DIRECTORY) {
                directory(from, to, name, stat);
            } else if (stat.links() > 1) {
                severalNamed(from, to, name, stat);
            } else {
                single(from, to, name, stat);
            }
        }
    }

    private void directory(OpenDirectory from, OpenDirectory to, String name, Stat stat) {
        to.makeDirectory(name, 0700);
        try (OpenDirectory source = from.directory(name);
                OpenDirectory target = to.directory(name)) {
            entries(source, target);
            AttributeCopy.copy(source.fd(), target.fd(), stat);
        }
    }

    private void severalNamed(OpenDirectory from, OpenDirectory to, String name, Stat stat) {
        Inode inode = new Inode(stat.device(), stat.inode());
        String first = linked.get(inode);
        if (first != null) {
            to.makeLink(name, links, first);
            return;
        }
        single(from, to, name, stat);
        String kept = Integer.toString(linked.size());
        links.makeLink(kept, to, name);
        linked.put(inode, kept);
    }

    private static void single(OpenDirectory from, OpenDirectory to, String name, Stat stat) {
        switch (stat.kind()) {
            case REGULAR -> file(from, to, name, stat);
            case SYMLINK -> {
                to.makeSymlink(name, from.readLink(name));
                AttributeCopy.copy(from, to, name, stat);
            }
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> {
                to.makeNode(name, stat.kind(), 0600, stat.rdevice());
                AttributeCopy.copy(from, to, name, stat);
            }
            case DIRECTORY, UNKNOWN -> throw new IllegalStateException("not a file: " + from.name() + "/" + name);
        }
    }

    private static void file(OpenDirectory from, OpenDirectory to, String name, Stat stat) {
        int create = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        try (Fd source = from.open(name, OpenFlags.O_RDONLY, 0);
                Fd target = to.open(name, create, 0600)) {
            FileData.copy(source, target);
            AttributeCopy.copy(source, target, stat);
        }
    }
}
