package io.gantry.linux;

import java.util.Arrays;

/** Plain reading and writing of open files, at the descriptor's offset. */
public final class FileContent {
    private FileContent() {}

    /**
     * Writes the first {@code length} bytes of a buffer, all of them.
     *
     * @throws KernelException ENOSPC, EDQUOT, EIO and the like; a part may have been written
     */
    public static void write(Fd to, byte[] buffer, int length) {
        byte[] rest = buffer;
        int left = length;
        while (left > 0) {
            int written = (int) LibC.calls().write(to.value(), rest, left);
            if (written < 0) {
                KernelException failure = KernelException.last("write", to.toString());
                if (!failure.is(Errno.EINTR)) {
                    throw failure;
                }
                continue;
            }
            left -= written;
            if (left > 0) {
                rest = Arrays.copyOfRange(rest, written, written + left);
            }
        }
    }

    /** Reads into the start of a buffer; gives how many bytes, 0 at the end of the file. */
    public static int read(Fd from, byte[] buffer) {
        while (true) {
            int count = (int) LibC.calls().read(from.value(), buffer, buffer.length);
            if (count >= 0) {
                return count;
            }
            KernelException failure = KernelException.last("read", from.toString());
            if (!failure.is(Errno.EINTR)) {
                throw failure;
            }
        }
    }
}
