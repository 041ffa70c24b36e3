package io.gantry.linux;

import java.util.Arrays;

/**
 * Copies of file content that leave the work to the kernel or the file system. Thread-safe; the descriptors' offsets are
 * moved.
 */
public final class FileData {
    private static final long FICLONE = Ioctl.write(0x94, 9, Integer.BYTES);
    private static final int SEEK_SET = 0;
    private static final int SEEK_END = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final long LARGEST_STEP = 1L << 30;
    private static final int BUFFER = 256 * 1024;

    /** How content was copied. */
    public enum Method {
        /** The file systems' blocks are shared ({@code FICLONE}): no data was moved. */
        CLONED,
        /** {@code copy_file_range(2)}: within the kernel, or on the server of a network file system. */
        COPIED_IN_KERNEL,
        /** Read and written. */
        COPIED
    }

    private FileData() {}

    /**
     * Takes the blocks of the beginning of a file from its file system ({@code fallocate(2)}), so that writing there needs no more room. The file keeps its content and becomes no shorter.
     *
     * @param file open for writing
     * @return false if the file system cannot
     * @throws KernelException ENOSPC, EDQUOT and the like
     */
    public static boolean allocate(Fd file, long length) {
        if (LibC.calls().fallocate(file.value(), 0, 0, length) == 0) {
            return true;
        }
        KernelException failure = KernelException.last("fallocate", length + " bytes of " + file);
        if (failure.is(Errno.EOPNOTSUPP, Errno.ENOSYS)) {
            return false;
        }
        throw failure;
    }

    /**
     * Makes an empty file share the content of another ({@code FICLONE}, {@code ioctl_ficlone(2)}). Returns false when
     * this pair of files cannot share: other file system, or one without reflinks.
     */
    public static boolean share(Fd from, Fd to) {
        if (LibC.calls().ioctl(to.value(), FICLONE, (long) from.value()) == 0) {
            return true;
        }
        KernelException failure = KernelException.last("ioctl", "FICLONE from " + from + " to " + to);
        if (failure.is(Errno.EOPNOTSUPP, Errno.EXDEV, Errno.EINVAL, Errno.ENOTTY, Errno.ENOSYS, Errno.ETXTBSY)) {
            return false;
        }
        throw failure;
    }

    /**
     * Copies all content of a regular file into an empty one, holes kept, in the cheapest way these two allow.
     *
     * @param from open for reading
     * @param to open for writing, empty
     * @throws KernelException ENOSPC, EDQUOT, EIO and the like; {@code to} then holds a part
     */
    public static Method copy(Fd from, Fd to) {
        return share(from, to) ? Method.CLONED : copyData(from, to);
    }

    /** As {@link #copy}, but never shares blocks. */
    public static Method copyData(Fd from, Fd to) {
        long size = seek(from, 0, SEEK_END);
        boolean inKernel = true;
        long position = 0;
        while (position < size) {
            long data = dataAt(from, position, size);
            if (data >= size) {
                break;
            }
            long end = Math.min(seek(from, data, SEEK_HOLE), size);
            if (inKernel) {
                position = copyRange(from, to, data, end);
                inKernel = position == end;
            }
            if (!inKernel) {
                position = copyBytes(from, to, Math.max(position, data), end);
            }
            if (position < end) {
                break;
            }
        }
        if (LibC.calls().ftruncate(to.value(), size) != 0) {
            throw KernelException.last("ftruncate", to.toString());
        }
        return inKernel ? Method.COPIED_IN_KERNEL : Method.COPIED;
    }

    /** Where data begins at or after a position; the file's size when there is none. */
    private static long dataAt(Fd from, long position, long size) {
        long data = LibC.calls().lseek(from.value(), position, SEEK_DATA);
        if (data >= 0) {
            return data;
        }
        KernelException failure = KernelException.last("lseek", "SEEK_DATA on " + from);
        if (failure.is(Errno.ENXIO)) {
            return size;
        }
        if (failure.is(Errno.EINVAL)) {
            return position;
        }
        throw failure;
    }

    /** Copies as far as {@code copy_file_range} will; returns where it stopped for good. */
    private static long copyRange(Fd from, Fd to, long start, long end) {
        seek(from, start, SEEK_SET);
        seek(to, start, SEEK_SET);
        long position = start;
        while (position < end) {
            long step = Math.min(end - position, LARGEST_STEP);
            long copied = LibC.calls().copy_file_range(from.value(), null, to.value(), null, step, 0);
            if (copied == 0) {
                return position;
            }
            if (copied < 0) {
                KernelException failure = KernelException.last("copy_file_range", from + " to " + to);
                if (failure.is(Errno.EXDEV, Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EPERM)) {
                    return position;
                }
                if (!failure.is(Errno.EINTR)) {
                    throw failure;
                }
                continue;
            }
            position += copied;
        }
        return position;
    }

    private static long copyBytes(Fd from, Fd to, long start, long end) {
        seek(from, start, SEEK_SET);
        seek(to, start, SEEK_SET);
        byte[] buffer = new byte[BUFFER];
        long position = start;
        while (position < end) {
            long length = LibC.calls().read(from.value(), buffer, Math.min(BUFFER, end - position));
            if (length < 0) {
                throw KernelException.last("read", from.toString());
            }
            if (length == 0) {
                return position;
            }
            writeAll(to, buffer, (int) length);
            position += length;
        }
        return position;
    }

    private static void writeAll(Fd to, byte[] buffer, int length) {
        byte[] rest = buffer;
        int left = length;
        while (left > 0) {
            long written = LibC.calls().write(to.value(), rest, left);
            if (written < 0) {
                throw KernelException.last("write", to.toString());
            }
            left -= (int) written;
            if (left > 0) {
                rest = Arrays.copyOfRange(rest, (int) written, (int) written + left);
            }
        }
    }

    private static long seek(Fd fd, long position, int whence) {
        long result = LibC.calls().lseek(fd.value(), position, whence);
        if (result >= 0) {
            return result;
        }
        KernelException failure = KernelException.last("lseek", fd.toString());
        if (whence == SEEK_HOLE && failure.is(Errno.EINVAL)) {
            return Long.MAX_VALUE;
        }
        throw failure;
    }
}
