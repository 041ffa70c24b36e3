package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads and writes C structures that cross to the kernel as byte arrays in native order. */
final class Struct {
    private Struct() {}

    static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }
}
