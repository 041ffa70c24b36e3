package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileSystems;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a block device can do beyond being read and written ({@code include/uapi/linux/fs.h}). */
final class BlockDevice {
    private static final long BLKGETSIZE64 = Ioctl.read(0x12, 114, Long.BYTES);
    private static final long BLKDISCARD = Ioctl.none(0x12, 119);

    private BlockDevice() {}

    /** Its size in bytes. */
    static long size(Path device) {
        try (Fd fd = Fd.open(device, OpenFlags.O_RDONLY)) {
            byte[] size = new byte[Long.BYTES];
            Ioctl.call(fd, BLKGETSIZE64, "BLKGETSIZE64", size);
            return ByteBuffer.wrap(size).order(ByteOrder.nativeOrder()).getLong();
        }
    }

    /** Gives all of its blocks back to what lies beneath; false if that takes no discards. Its content is gone then. */
    static boolean discard(Path device, long bytes) {
        try (Fd fd = Fd.open(device, OpenFlags.O_RDWR)) {
            byte[] range = ByteBuffer.allocate(2 * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(0)
                    .putLong(bytes)
                    .array();
            Ioctl.call(fd, BLKDISCARD, "BLKDISCARD", range);
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EOPNOTSUPP)) {
                return false;
            }
            throw e;
        }
    }

    /** Puts everything written to it on disk, the thin pool's metadata included. */
    static void flush(Path device) {
        FileSystems.syncFile(device);
    }

    /** Its first bytes. */
    static byte[] read(Path device, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(device, StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        }
        return bytes.array();
    }
}
