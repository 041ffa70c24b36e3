package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What {@code statx(2)} says of a file, symbolic links not followed unless the call says so.
 *
 * @param kind the type of the file
 * @param mode permission bits with set-uid, set-gid and sticky: {@code 0..07777}
 * @param uid owner, unsigned 32 bits
 * @param gid group, unsigned 32 bits
 * @param device the file system's {@link DeviceNumber}
 * @param rdevice the {@link DeviceNumber} that a device node stands for; 0 for others
 * @param inode inode number
 * @param links number of hard links
 * @param size bytes; of a symbolic link the length of its target
 * @param blocks space taken, in units of 512 bytes
 * @param atimeSeconds last access, seconds since the epoch (may be negative)
 * @param atimeNanos 0..999,999,999
 * @param mtimeSeconds last change of content, seconds since the epoch (may be negative)
 * @param mtimeNanos 0..999,999,999
 * @param ctimeSeconds last change of the inode, seconds since the epoch
 * @param ctimeNanos 0..999,999,999
 */
public record Stat(
        FileKind kind,
        int mode,
        long uid,
        long gid,
        long device,
        long rdevice,
        long inode,
        long links,
        long size,
        long blocks,
        long atimeSeconds,
        int atimeNanos,
        long mtimeSeconds,
        int mtimeNanos,
        long ctimeSeconds,
        int ctimeNanos) {

    private static final int SIZE = 256;
    private static final int BASIC_STATS = 0x7FF;

    /** What an open file is; works with {@code O_PATH}. */
    public static Stat of(Fd fd) {
        return read(fd.value(), LibC.EMPTY_PATH, LibC.AT_EMPTY_PATH, fd.toString())
                .orElseThrow(() -> new KernelException("statx", fd.toString(), Errno.ENOENT));
    }

    /** What a path of the machine names, a symbolic link at its end not followed; empty when there is nothing. */
    public static Optional<Stat> of(Path path) {
        return read(LibC.AT_FDCWD, KernelString.terminated(path.toString()), LibC.AT_SYMLINK_NOFOLLOW, path.toString());
    }

    /** What a path of the machine leads to, symbolic links followed; empty when it leads to nothing. */
    public static Optional<Stat> following(Path path) {
        return read(LibC.AT_FDCWD, KernelString.terminated(path.toString()), 0, path.toString());
    }

    /** The time of last content change; times beyond what {@link Instant} holds are clamped. */
    public Instant mtime() {
        return instant(mtimeSeconds, mtimeNanos);
    }

    /** The time of last access; times beyond what {@link Instant} holds are clamped. */
    public Instant atime() {
        return instant(atimeSeconds, atimeNanos);
    }

    /** Whether both are names of one inode. */
    public boolean sameFile(Stat other) {
        return inode == other.inode && device == other.device;
    }

    /** Empty when the name is not there (ENOENT) or a directory on the way is none (ENOTDIR). */
    static Optional<Stat> read(int dirFd, byte[] path, int flags, String object) {
        byte[] result = new byte[SIZE];
        if (LibC.calls().statx(dirFd, path, flags, BASIC_STATS, result) == 0) {
            return Optional.of(of(Struct.view(result)));
        }
        KernelException failure = KernelException.last("statx", object);
        if (failure.is(Errno.ENOENT, Errno.ENOTDIR)) {
            return Optional.empty();
        }
        throw failure;
    }

    /** Offsets from {@code struct statx} in {@code include/uapi/linux/stat.h}; the same on every architecture. */
    private static Stat of(ByteBuffer statx) {
        int mode = Short.toUnsignedInt(statx.getShort(0x1C));
        return new Stat(
                FileKind.ofMode(mode),
                mode & 07777,
                Integer.toUnsignedLong(statx.getInt(0x14)),
                Integer.toUnsignedLong(statx.getInt(0x18)),
                device(statx, 0x88),
                device(statx, 0x80),
                statx.getLong(0x20),
                Integer.toUnsignedLong(statx.getInt(0x10)),
                statx.getLong(0x28),
                statx.getLong(0x30),
                statx.getLong(0x40),
                statx.getInt(0x48),
                statx.getLong(0x70),
                statx.getInt(0x78),
                statx.getLong(0x60),
                statx.getInt(0x68));
    }

    private static long device(ByteBuffer statx, int offset) {
        return DeviceNumber.of(
                Integer.toUnsignedLong(statx.getInt(offset)), Integer.toUnsignedLong(statx.getInt(offset + 4)));
    }

    private static Instant instant(long seconds, int nanos) {
        if (seconds >= Instant.MAX.getEpochSecond()) {
            return Instant.MAX;
        }
        return seconds <= Instant.MIN.getEpochSecond() ? Instant.MIN : Instant.ofEpochSecond(seconds, nanos);
    }
}
