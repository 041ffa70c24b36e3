package io.gantry.storage.btrfs;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import io.gantry.linux.KernelString;
import io.gantry.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The btrfs that a directory lies on, and its trees, read with {@code BTRFS_IOC_TREE_SEARCH_V2}. Needs CAP_SYS_ADMIN. Thread-safe. */
final class Volume implements AutoCloseable {
    /** The tree that lists all others. */
    static final long ROOT_TREE = 1;

    static final int INODE_ITEM = 1;
    static final int EXTENT_DATA = 108;

    private static final int INODE_REF = 12;
    private static final int INODE_EXTREF = 13;
    private static final int ROOT_ITEM = 132;
    private static final int ROOT_REF = 156;
    private static final int KEY_SIZE = 104;
    private static final int ARGUMENTS = KEY_SIZE + Long.BYTES;
    private static final int HEADER = 32;

    /** More than the largest item, which is smaller than the largest node. */
    private static final int BUFFER = 96 * 1024;

    private static final long SEARCH = Ioctl.readWrite(Subvolumes.MAGIC, 17, ARGUMENTS);
    private static final long SYNC = Ioctl.none(Subvolumes.MAGIC, 8);

    private final Fd fd;

    private Volume(Fd fd) {
        this.fd = fd;
    }

    /** An item of a tree; {@code data} is little-endian, and good for the time of the call only: the kernel writes into the buffer also when it finds nothing more. */
    interface Items {
        void take(long object, int type, long offset, ByteBuffer data);
    }

    /**
     * Where a subvolume lies.
     *
     * @param id its number
     * @param directory the inode number of the directory in the subvolume around it
     * @param name its name there
     */
    record Nested(long id, long directory, String name) {}

    /**
     * A name of a file.
     *
     * @param directory the inode number of the directory that has it
     */
    record Name(long directory, String text) {}

    /** Which items: keys from {@code (firstObject, firstType, firstOffset)} to {@code (lastObject, lastType, lastOffset)}, numbers unsigned. */
    private record Range(
            long tree,
            long firstObject,
            int firstType,
            long firstOffset,
            long lastObject,
            int lastType,
            long lastOffset,
            long youngerThan) {}

    static Volume of(Path directory) {
        return new Volume(Fd.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY));
    }

    /** Something open on the file system. */
    Fd fd() {
        return fd;
    }

    /** All items of a subvolume's files, except in tree nodes that no transaction after {@code youngerThan} wrote. Nodes that are new also hold items that are old. */
    void files(long subvolume, long youngerThan, Items items) {
        search(new Range(subvolume, Subvolumes.ROOT_INODE, 0, 0, -Subvolumes.ROOT_INODE, 255, -1, youngerThan), items);
    }

    /** Items with one object and type. ENOENT if there is no such tree. */
    void items(long tree, long object, int type, Items items) {
        search(new Range(tree, object, type, 0, object, type, -1, -1), items);
    }

    /** The item with one key, if there is one. ENOENT if there is no such tree. */
    Optional<ByteBuffer> item(long tree, long object, int type, long offset) {
        List<ByteBuffer> found = new ArrayList<>();
        search(new Range(tree, object, type, offset, object, type, offset, -1), (o, t, f, data) -> {
            byte[] copy = new byte[data.remaining()];
            data.get(copy);
            found.add(ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN));
        });
        return found.stream().findFirst();
    }

    /** The subvolumes directly within one. */
    List<Nested> within(long subvolume) {
        List<Nested> found = new ArrayList<>();
        items(ROOT_TREE, subvolume, ROOT_REF, (object, type, offset, data) -> {
            long directory = data.getLong();
            data.position(2 * Long.BYTES);
            found.add(new Nested(offset, directory, name(data)));
        });
        return found;
    }

    /** All names of a file or directory. */
    List<Name> namesOf(long subvolume, long inode) {
        List<Name> names = new ArrayList<>();
        items(subvolume, inode, INODE_REF, (object, type, directory, data) -> {
            while (data.hasRemaining()) {
                data.position(data.position() + Long.BYTES);
                names.add(new Name(directory, name(data)));
            }
        });
        items(subvolume, inode, INODE_EXTREF, (object, type, hash, data) -> {
            while (data.hasRemaining()) {
                long directory = data.getLong();
                data.position(data.position() + Long.BYTES);
                names.add(new Name(directory, name(data)));
            }
        });
        return names;
    }

    /** The names that lead from a subvolume's root to a directory in it; none for the root. */
    List<String> pathOf(long subvolume, long directory) {
        Deque<String> path = new ArrayDeque<>();
        long at = directory;
        while (at != Subvolumes.ROOT_INODE) {
            List<Name> names = namesOf(subvolume, at);
            if (names.isEmpty()) {
                throw new KernelException(
                        "ioctl", "the way to inode " + directory + " of subvolume " + subvolume, Errno.ENOENT);
            }
            path.push(names.get(0).text());
            at = names.get(0).directory();
        }
        return List.copyOf(path);
    }

    /** The transaction in which a subvolume was made as a snapshot of another, 0 if it was not. */
    long bornAsCopy(long subvolume) {
        long[] born = {0};
        items(ROOT_TREE, subvolume, ROOT_ITEM, (object, type, offset, data) -> {
            boolean hasParent = data.getLong(263) != 0 || data.getLong(271) != 0;
            born[0] = hasParent ? data.getLong(303) : 0;
        });
        return born[0];
    }

    /** Whether nothing is left of a subvolume, blocks included. */
    boolean isGone(long subvolume) {
        boolean[] found = {false};
        items(ROOT_TREE, subvolume, ROOT_ITEM, (object, type, offset, data) -> found[0] = true);
        return !found[0];
    }

    /** Puts all on disk and lets the kernel free the blocks of destroyed subvolumes at once, rather than within half a minute. */
    void flushAndReclaim() {
        Ioctl.call(fd, SYNC, "BTRFS_IOC_SYNC", 0L);
    }

    @Override
    public void close() {
        fd.close();
    }

    /** A length of 16 bits and as many bytes. */
    private static String name(ByteBuffer data) {
        byte[] name = new byte[Short.toUnsignedInt(data.getShort())];
        data.get(name);
        return KernelString.decode(name);
    }

    private void search(Range range, Items items) {
        long object = range.firstObject();
        int type = range.firstType();
        long offset = range.firstOffset();
        byte[] arguments = new byte[ARGUMENTS + BUFFER];
        while (true) {
            ByteBuffer key = Subvolumes.view(arguments);
            key.putLong(0, range.tree()).putLong(8, object).putLong(16, range.lastObject());
            key.putLong(24, offset).putLong(32, range.lastOffset());
            key.putLong(40, range.youngerThan() + 1).putLong(48, -1);
            key.putInt(56, type).putInt(60, range.lastType()).putInt(64, -1);
            key.putLong(KEY_SIZE, BUFFER);
            Ioctl.call(fd, SEARCH, "BTRFS_IOC_TREE_SEARCH_V2 of tree " + range.tree(), arguments);
            int count = key.getInt(64);
            if (count == 0) {
                return;
            }
            int at = ARGUMENTS;
            for (int i = 0; i < count; i++) {
                object = key.getLong(at + 8);
                offset = key.getLong(at + 16);
                type = key.getInt(at + 24);
                int length = key.getInt(at + 28);
                ByteBuffer data =
                        ByteBuffer.wrap(arguments, at + HEADER, length).slice().order(ByteOrder.LITTLE_ENDIAN);
                if (type >= range.firstType() && type <= range.lastType()) {
                    items.take(object, type, offset, data);
                }
                at += HEADER + length;
            }
            offset++;
            if (offset == 0) {
                type++;
                if (type > 255) {
                    type = 0;
                    object++;
                }
            }
        }
    }
}
