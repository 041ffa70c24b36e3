package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory and the {@code *at} calls on its entries. Every {@code name} is a single component: empty names,
 * {@code .}, {@code ..} and names with a slash or NUL are refused with {@link IllegalArgumentException}, and symbolic links
 * are never followed, so no call reaches outside this directory. Modes given for creation pass through the process's
 * umask as usual; use {@link #changeMode} for exact bits.
 *
 * <p>Safe for use by several threads. Failures are {@link KernelException}s that name the entry.
 */
public final class OpenDirectory implements AutoCloseable {
    private static final int DIRECTORY_FLAGS = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
    private static final int LISTING_BUFFER = 32 * 1024;
    private static final int PATH_MAX = 4096;
    private static final long RESOLVE_NO_XDEV = 0x01;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RETRIES = 128;
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;

    private final Fd fd;
    private final String name;

    OpenDirectory(Fd fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /** Opens a directory of the machine; symbolic links are followed. */
    public static OpenDirectory open(Path directory) {
        return new OpenDirectory(Fd.open(directory, DIRECTORY_FLAGS), directory.toString());
    }

    /** The descriptor; closed with this object. */
    public Fd fd() {
        return fd;
    }

    /** The path this was opened by, for messages only. */
    public String name() {
        return name;
    }

    /** Opens a directory in this one. */
    public OpenDirectory directory(String entry) {
        return new OpenDirectory(open(entry, DIRECTORY_FLAGS, 0), name + "/" + entry);
    }

    /** Opens a directory in this one unless something is mounted on it: then empty ({@code RESOLVE_NO_XDEV}, Linux 5.6). */
    Optional<OpenDirectory> directoryOfSameMount(String entry) {
        byte[] how = new byte[24];
        Struct.view(how)
                .putLong(0, DIRECTORY_FLAGS | OpenFlags.O_NOFOLLOW)
                .putLong(16, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
        byte[] component = component(entry);
        for (int attempt = 1; ; attempt++) {
            long opened = LibC.calls().syscall(LibC.Sys.OPENAT2, fd.value(), component, how, (long) how.length);
            if (opened >= 0) {
                return Optional.of(new OpenDirectory(Fd.owning((int) opened), name + "/" + entry));
            }
            KernelException failure = failure("openat2", entry);
            if (failure.is(Errno.EXDEV)) {
                return Optional.empty();
            }
            if (!failure.is(Errno.EAGAIN, Errno.EINTR) || attempt == RETRIES) {
                throw failure;
            }
        }
    }

    /**
     * Opens or creates an entry; {@code O_NOFOLLOW} and {@code O_CLOEXEC} are added.
     *
     * @param flags from {@link OpenFlags}
     * @param mode permission bits for {@code O_CREAT}, otherwise 0
     */
    public Fd open(String entry, int flags, int mode) {
        int all = flags | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        int opened = LibC.calls().openat(fd.value(), component(entry), all, mode);
        if (opened < 0) {
            throw failure("openat", entry);
        }
        return Fd.owning(opened);
    }

    /** What the entry is; empty if there is none. */
    public Optional<Stat> stat(String entry) {
        return Stat.read(fd.value(), component(entry), LibC.AT_SYMLINK_NOFOLLOW, name + "/" + entry);
    }

    /** What this directory itself is. */
    public Stat stat() {
        return Stat.read(fd.value(), LibC.EMPTY_PATH, LibC.AT_EMPTY_PATH, name)
                .orElseThrow(() -> new KernelException("statx", name, Errno.ENOENT));
    }

    /** All entries, in the file system's order. Reads from the start each time; not for several threads at once. */
    public List<DirectoryEntry> list() {
        if (LibC.calls().lseek(fd.value(), 0, 0) < 0) {
            throw KernelException.last("lseek", name);
        }
        List<DirectoryEntry> entries = new ArrayList<>();
        byte[] buffer = new byte[LISTING_BUFFER];
        for (int length = readEntries(buffer); length > 0; length = readEntries(buffer)) {
            parseEntries(buffer, length, entries);
        }
        return entries;
    }

    /** Creates a directory. Returns false when something of that name is there already. */
    public boolean makeDirectory(String entry, int mode) {
        if (LibC.calls().mkdirat(fd.value(), component(entry), mode) == 0) {
            return true;
        }
        KernelException failure = failure("mkdirat", entry);
        if (failure.is(Errno.EEXIST)) {
            return false;
        }
        throw failure;
    }

    /**
     * Creates a device node, FIFO, socket or empty regular file.
     *
     * @param device a {@link DeviceNumber} for device kinds, otherwise 0
     */
    public void makeNode(String entry, FileKind kind, int mode, long device) {
        check(LibC.calls().mknodat(fd.value(), component(entry), kind.modeBits() | mode, device), "mknodat", entry);
    }

    /** Creates a symbolic link with exactly this text as target. */
    public void makeSymlink(String entry, String target) {
        check(
                LibC.calls().symlinkat(KernelString.terminated(target), fd.value(), component(entry)),
                "symlinkat",
                entry);
    }

    /** Creates a hard link here to an entry of another (or this) directory. A symbolic link is linked, not followed. */
    public void makeLink(String entry, OpenDirectory from, String existing) {
        int result = LibC.calls().linkat(from.fd.value(), component(existing), fd.value(), component(entry), 0);
        check(result, "linkat", entry);
    }

    /** The target text of a symbolic link. */
    public String readLink(String entry) {
        byte[] target = new byte[PATH_MAX];
        int length = (int) LibC.calls().readlinkat(fd.value(), component(entry), target, target.length);
        if (length < 0) {
            throw failure("readlinkat", entry);
        }
        return KernelString.decode(target, 0, length);
    }

    /** Removes an entry that is not a directory. Returns false when there was none. */
    public boolean remove(String entry) {
        return unlink(entry, 0);
    }

    /** Removes an empty directory. Returns false when there was none. */
    public boolean removeDirectory(String entry) {
        return unlink(entry, LibC.AT_REMOVEDIR);
    }

    /**
     * Removes an entry and all beneath it, however deep, never through a symbolic link and never into what is mounted
     * there, which belongs to somebody else. Returns false when there was none.
     *
     * @throws KernelException EBUSY if a mount point lies beneath, EPERM for immutable files; what was removed stays removed
     */
    public boolean removeTree(String entry) {
        return TreeRemoval.remove(this, entry);
    }

    /** Renames an entry into a directory of the same file system, replacing what {@code rename(2)} allows to replace. */
    public void rename(String entry, OpenDirectory to, String newName) {
        rename(entry, to, newName, 0);
    }

    /** As {@link #rename(String, OpenDirectory, String)}, but EEXIST when the new name is taken. */
    public void renameNew(String entry, OpenDirectory to, String newName) {
        rename(entry, to, newName, RENAME_NOREPLACE);
    }

    /** Swaps two entries in one step. */
    public void exchange(String entry, OpenDirectory to, String other) {
        rename(entry, to, other, RENAME_EXCHANGE);
    }

    /** Changes owner and group (unsigned 32 bits); the kernel clears set-uid and capabilities of a file as it does so. */
    public void changeOwner(String entry, long uid, long gid) {
        int flags = LibC.AT_SYMLINK_NOFOLLOW;
        check(LibC.calls().fchownat(fd.value(), component(entry), (int) uid, (int) gid, flags), "fchownat", entry);
    }

    /**
     * Sets permission bits, {@code 0..07777}. The entry must not be a symbolic link: the system call would follow it. The
     * caller knows the kind, having just made it or asked {@link #stat(String)}; for entries that others may exchange
     * meanwhile, open with {@code O_PATH} and use {@link FileAttributes#changeMode}.
     */
    public void changeMode(String entry, int mode) {
        check(LibC.calls().fchmodat(fd.value(), component(entry), mode, 0), "fchmodat", entry);
    }

    /** Sets access and modification time to the nanosecond; works on symbolic links themselves. */
    public void setTimes(String entry, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        byte[] times = timespecs(atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
        check(
                LibC.calls().utimensat(fd.value(), component(entry), times, LibC.AT_SYMLINK_NOFOLLOW),
                "utimensat",
                entry);
    }

    /** Makes this directory's entries durable: {@code fsync(2)}. */
    public void sync() {
        if (LibC.calls().fsync(fd.value()) != 0) {
            throw KernelException.last("fsync", name);
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "OpenDirectory[" + name + "]";
    }

    static byte[] timespecs(long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        byte[] times = new byte[32];
        Struct.view(times)
                .putLong(atimeSeconds)
                .putLong(atimeNanos)
                .putLong(mtimeSeconds)
                .putLong(mtimeNanos);
        return times;
    }

    /** A single component with NUL behind. */
    static byte[] component(String entry) {
        if (entry.isEmpty() || entry.indexOf('/') >= 0 || entry.equals(".") || entry.equals("..")) {
            throw new IllegalArgumentException("not the name of a directory entry: '" + entry + "'");
        }
        return KernelString.terminated(entry);
    }

    private boolean unlink(String entry, int flags) {
        if (LibC.calls().unlinkat(fd.value(), component(entry), flags) == 0) {
            return true;
        }
        KernelException failure = failure("unlinkat", entry);
        if (failure.is(Errno.ENOENT)) {
            return false;
        }
        throw failure;
    }

    private void rename(String entry, OpenDirectory to, String newName, int flags) {
        int result = LibC.calls().renameat2(fd.value(), component(entry), to.fd.value(), component(newName), flags);
        if (result != 0) {
            throw KernelException.last("renameat2", name + "/" + entry + " to " + to.name + "/" + newName);
        }
    }

    private int readEntries(byte[] buffer) {
        long length = LibC.calls().getdents64(fd.value(), buffer, buffer.length);
        if (length < 0) {
            throw KernelException.last("getdents64", name);
        }
        return (int) length;
    }

    /** {@code struct linux_dirent64}: inode, offset, record length (16 bits), type (8 bits), name with NUL. */
    private static void parseEntries(byte[] buffer, int length, List<DirectoryEntry> entries) {
        ByteBuffer records = Struct.view(buffer);
        int size;
        for (int at = 0; at < length; at += size) {
            size = Short.toUnsignedInt(records.getShort(at + 16));
            int start = at + 19;
            int end = start;
            while (buffer[end] != 0) {
                end++;
            }
            String entry = KernelString.decode(buffer, start, end - start);
            if (!entry.equals(".") && !entry.equals("..")) {
                entries.add(new DirectoryEntry(entry, FileKind.ofDirectoryType(buffer[at + 18]), records.getLong(at)));
            }
        }
    }

    private void check(int result, String call, String entry) {
        if (result != 0) {
            throw failure(call, entry);
        }
    }

    private KernelException failure(String call, String entry) {
        return KernelException.last(call, name + "/" + entry);
    }
}
