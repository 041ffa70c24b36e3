package io.gantry.linux;

/**
 * {@code ioctl(2)} with structures as byte arrays in native order, and the request numbers of
 * {@code include/uapi/asm-generic/ioctl.h} (x86_64 and aarch64). Thread-safe.
 */
public final class Ioctl {
    private static final long WRITE = 1;
    private static final long READ = 2;

    private Ioctl() {}

    /** {@code _IO(type, number)}: nothing is passed. */
    public static long none(int type, int number) {
        return request(0, type, number, 0);
    }

    /** {@code _IOR(type, number, size)}: the kernel fills a structure of {@code size} bytes. */
    public static long read(int type, int number, int size) {
        return request(READ, type, number, size);
    }

    /** {@code _IOW(type, number, size)}: the kernel reads a structure of {@code size} bytes. */
    public static long write(int type, int number, int size) {
        return request(WRITE, type, number, size);
    }

    /** {@code _IOWR(type, number, size)}: the kernel reads and changes a structure of {@code size} bytes. */
    public static long readWrite(int type, int number, int size) {
        return request(READ | WRITE, type, number, size);
    }

    /**
     * Makes the call with a structure that the kernel reads, fills or both.
     *
     * @param name the request's name, for messages
     * @return the call's result, 0 or more
     */
    public static int call(Fd fd, long request, String name, byte[] structure) {
        int result = LibC.calls().ioctl(fd.value(), request, structure);
        if (result < 0) {
            throw KernelException.last("ioctl", name + " on " + fd);
        }
        return result;
    }

    /** Makes the call with a plain number as argument. */
    public static int call(Fd fd, long request, String name, long argument) {
        int result = LibC.calls().ioctl(fd.value(), request, argument);
        if (result < 0) {
            throw KernelException.last("ioctl", name + " on " + fd);
        }
        return result;
    }

    private static long request(long direction, int type, int number, int size) {
        return direction << 30 | (long) size << 16 | (long) type << 8 | number;
    }
}
