package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Names as the kernel keeps them, bytes without NUL, carried in a {@link String} without loss. UTF-8 where the bytes are
 * UTF-8; any other byte {@code 0x80..0xFF} becomes the lone surrogate {@code U+DC80..U+DCFF} and turns back into that
 * byte on the way to the kernel (the scheme of PEP 383). So a Latin-1 file name in an image layer survives a round trip.
 */
public final class KernelString {
    private static final char ESCAPE = '\uDC00';

    private KernelString() {}

    /** The bytes of a name, without terminator. */
    public static byte[] encode(String name) {
        return hasEscapes(name) ? encodeEscaped(name, 0) : name.getBytes(StandardCharsets.UTF_8);
    }

    /** The name that these bytes spell; never fails. */
    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** The name that {@code length} bytes from {@code offset} spell; never fails. */
    public static String decode(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return decodeEscaped(bytes, offset, length);
            }
        }
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /**
     * The bytes of a name with a NUL behind them, as system calls want a path.
     *
     * @throws IllegalArgumentException if the name has a NUL within: the kernel would silently use the part before it
     */
    public static byte[] terminated(String name) {
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name may not contain NUL: " + name.replace('\0', '?'));
        }
        if (hasEscapes(name)) {
            return encodeEscaped(name, 1);
        }
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] result = new byte[text.length + 1];
        System.arraycopy(text, 0, result, 0, text.length);
        return result;
    }

    private static boolean hasEscapes(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isEscape(c) && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEscape(char c) {
        return c >= ESCAPE + 0x80 && c <= ESCAPE + 0xFF;
    }

    private static byte[] encodeEscaped(String name, int spare) {
        ByteBuffer out = ByteBuffer.allocate(name.length() * 3 + spare);
        int plain = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isEscape(c) && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)))) {
                out.put(name.substring(plain, i).getBytes(StandardCharsets.UTF_8));
                out.put((byte) (c - ESCAPE));
                plain = i + 1;
            }
        }
        out.put(name.substring(plain).getBytes(StandardCharsets.UTF_8));
        byte[] result = new byte[out.position() + spare];
        out.flip().get(result, 0, out.limit());
        return result;
    }

    private static String decodeEscaped(byte[] bytes, int offset, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        CharBuffer out = CharBuffer.allocate(length);
        while (in.hasRemaining()) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isError()) {
                for (int i = 0; i < result.length(); i++) {
                    out.put((char) (ESCAPE + (in.get() & 0xFF)));
                }
                decoder.reset();
            }
        }
        return out.flip().toString();
    }
}
