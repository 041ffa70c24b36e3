package io.gantry.linux;

import java.nio.ByteBuffer;

/** {@code poll(2)} of one or two descriptors. */
final class Poll {
    static final int IN = 1;
    static final int OUT = 4;

    private static final int ENTRY = 8;

    private Poll() {}

    /**
     * Waits until something is to be had.
     *
     * @param waker a descriptor whose readability ends the wait, or -1
     * @param timeoutMillis negative for no limit
     * @return the events of {@code fd}, errors included; 0 when the waker or the time limit ended it
     */
    static int await(int fd, int events, int waker, int timeoutMillis) {
        byte[] entries = new byte[2 * ENTRY];
        ByteBuffer view = Struct.view(entries);
        view.putInt(0, fd).putShort(4, (short) events).putInt(8, waker).putShort(12, (short) IN);
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        int remaining = timeoutMillis;
        while (LibC.calls().poll(entries, 2, remaining) < 0) {
            KernelException failure = KernelException.last("poll", "descriptor " + fd);
            if (!failure.is(Errno.EINTR)) {
                throw failure;
            }
            if (timeoutMillis >= 0) {
                remaining = (int) Math.max(0, (deadline - System.nanoTime()) / 1_000_000L);
            }
        }
        return view.getShort(14) != 0 ? 0 : Short.toUnsignedInt(view.getShort(6));
    }
}
