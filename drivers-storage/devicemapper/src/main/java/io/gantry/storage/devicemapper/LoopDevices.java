package io.gantry.storage.devicemapper;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Files as block devices ({@code include/uapi/linux/loop.h}). A loop device lets go of its file when its last user closes it ({@code LO_FLAGS_AUTOCLEAR}): it lasts as long as the pool on it, even
 * one that is removed after this process has ended, and nobody has to find it again.
 */
final class LoopDevices {
    static final Path CONTROL = Path.of("/dev/loop-control");

    private static final long LOOP_SET_FD = 0x4C00;
    private static final long LOOP_CLR_FD = 0x4C01;
    private static final long LOOP_SET_STATUS64 = 0x4C04;
    private static final long LOOP_SET_CAPACITY = 0x4C07;
    private static final long LOOP_CONFIGURE = 0x4C0A;
    private static final long LOOP_CTL_GET_FREE = 0x4C82;
    private static final int AUTOCLEAR = 4;
    private static final int MAJOR = 7;
    private static final int STATUS = 232;
    private static final int CONFIGURATION = 8 + STATUS + 64;
    private static final int FLAGS_AT = 52;
    private static final int NAME_AT = 56;
    private static final int LONGEST_NAME = 63;
    private static final int ATTEMPTS = 64;

    private LoopDevices() {}

    /**
     * A loop device, held open. Close it when something else has it open.
     *
     * @param path such as {@code /dev/loop0}
     */
    record Attached(Path path, Fd fd) implements AutoCloseable {
        /** The device's {@link DeviceNumber}. */
        long device() {
            return Stat.of(fd).rdevice();
        }

        @Override
        public void close() {
            fd.close();
        }
    }

    /** Attaches a file to a free loop device. */
    static Attached attach(Path file) {
        try (Fd backing = Fd.open(file, OpenFlags.O_RDWR);
                Fd control = Fd.open(CONTROL, OpenFlags.O_RDWR)) {
            for (int attempt = 1; ; attempt++) {
                int number = Ioctl.call(control, LOOP_CTL_GET_FREE, "LOOP_CTL_GET_FREE", 0L);
                try {
                    return attach(backing, file, number);
                } catch (KernelException e) {
                    // Somebody else took it meanwhile.
                    if (!e.is(Errno.EBUSY) || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Tells a loop device that its file has grown. */
    static void updateCapacity(Path device) {
        try (Fd fd = Fd.open(device, OpenFlags.O_RDONLY)) {
            Ioctl.call(fd, LOOP_SET_CAPACITY, "LOOP_SET_CAPACITY", 0L);
        }
    }

    /** Whether a {@link DeviceNumber} is one of a loop device. */
    static boolean isLoop(long device) {
        return DeviceNumber.major(device) == MAJOR;
    }

    private static Attached attach(Fd backing, Path file, int number) {
        Path path = Path.of("/dev/loop" + number);
        Fd loop = Fd.open(path, OpenFlags.O_RDWR);
        try {
            configure(loop, backing, file);
            return new Attached(path, loop);
        } catch (KernelException e) {
            loop.close();
            throw e;
        }
    }

    /** At once where the kernel can (5.8), so that no moment is left in which a killed process leaves a device that stays. */
    private static void configure(Fd loop, Fd backing, Path file) {
        try {
            byte[] configuration = ByteBuffer.allocate(CONFIGURATION)
                    .order(ByteOrder.nativeOrder())
                    .putInt(0, backing.value())
                    .put(8, status(file))
                    .array();
            Ioctl.call(loop, LOOP_CONFIGURE, "LOOP_CONFIGURE for " + file, configuration);
            return;
        } catch (KernelException e) {
            if (!e.is(Errno.EINVAL, Errno.ENOTTY)) {
                throw e;
            }
        }
        Ioctl.call(loop, LOOP_SET_FD, "LOOP_SET_FD for " + file, (long) backing.value());
        try {
            Ioctl.call(loop, LOOP_SET_STATUS64, "LOOP_SET_STATUS64 for " + file, status(file));
        } catch (KernelException e) {
            clear(loop, e);
            throw e;
        }
    }

    private static void clear(Fd loop, KernelException failure) {
        try {
            Ioctl.call(loop, LOOP_CLR_FD, "LOOP_CLR_FD", 0L);
        } catch (KernelException e) {
            failure.addSuppressed(e);
        }
    }

    /** {@code struct loop_info64}: flags and the file's name, for people. */
    private static byte[] status(Path file) {
        byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer status = ByteBuffer.allocate(STATUS).order(ByteOrder.nativeOrder());
        status.putInt(FLAGS_AT, AUTOCLEAR);
        status.put(NAME_AT, Arrays.copyOf(name, Math.min(name.length, LONGEST_NAME)));
        return status.array();
    }
}
