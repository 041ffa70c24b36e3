package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one netlink message: header, the protocol's fixed part, then attributes, each padded to four bytes (netlink(7)).
 * Numbers are in the machine's order unless the method says otherwise. Not thread-safe.
 */
final class MessageWriter {

    static final int HEADER = 16;
    private static final int ATTRIBUTE_HEADER = 4;
    private static final int NESTED = 1 << 15;

    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    /** Flags beyond the given ones (request, acknowledge) and the sequence number are the socket's business. */
    MessageWriter(int type, int flags) {
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(0)
                .putInt(0);
    }

    MessageWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    MessageWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    MessageWriter u32(int value) {
        room(4).putInt(value);
        return this;
    }

    MessageWriter bytes(int type, byte[] value) {
        room(ATTRIBUTE_HEADER + value.length)
                .putShort((short) (ATTRIBUTE_HEADER + value.length))
                .putShort((short) type)
                .put(value);
        return pad();
    }

    MessageWriter u8(int type, int value) {
        return bytes(type, new byte[] {(byte) value});
    }

    MessageWriter flag(int type, boolean value) {
        return u8(type, value ? 1 : 0);
    }

    MessageWriter u16(int type, int value) {
        return bytes(
                type,
                ByteBuffer.allocate(2)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) value)
                        .array());
    }

    MessageWriter u16BigEndian(int type, int value) {
        return bytes(type, new byte[] {(byte) (value >>> 8), (byte) value});
    }

    MessageWriter u32BigEndian(int type, int value) {
        return bytes(type, ByteBuffer.allocate(4).putInt(value).array());
    }

    MessageWriter u32(int type, int value) {
        return bytes(
                type,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /** NUL-terminated. */
    MessageWriter string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return bytes(type, Arrays.copyOf(text, text.length + 1));
    }

    MessageWriter address(int type, InetAddress value) {
        return bytes(type, value.getAddress());
    }

    MessageWriter mac(int type, MacAddress value) {
        return bytes(type, value.octets());
    }

    /** An attribute whose value is what the content writes: attributes, with a fixed part before them or not. */
    MessageWriter nested(int type, Runnable content) {
        return container(type | NESTED, content);
    }

    /** As {@link #nested}, for the older attributes that some kernels want without the flag. */
    MessageWriter container(int type, Runnable content) {
        int start = buffer.position();
        room(ATTRIBUTE_HEADER).putShort((short) 0).putShort((short) type);
        content.run();
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    byte[] finish() {
        buffer.putInt(0, buffer.position());
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private MessageWriter pad() {
        while (buffer.position() % 4 != 0) {
            room(1).put((byte) 0);
        }
        return this;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int size = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
            buffer = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder()).put(buffer.flip());
        }
        return buffer;
    }
}
