package io.gantry.image.tar;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;

/** Numbers in tar headers: octal text up to a NUL, or GNU's base-256 where the first byte has its high bit set. */
final class TarNumbers {
    private TarNumbers() {}

    static long read(byte[] block, int offset, int length, String what) throws ImageFormatException {
        return (block[offset] & 0x80) != 0 ? binary(block, offset, length, what) : octal(block, offset, length, what);
    }

    private static long binary(byte[] block, int offset, int length, String what) throws ImageFormatException {
        boolean negative = (block[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int digit = block[offset + i] & 0xFF;
            if (i == 0) {
                digit = negative ? digit | 0x80 : digit & 0x7F;
            }
            long top = value >> 55;
            if (i > 0 && top != 0 && top != -1) {
                throw corrupt(what + " does not fit 64 bits");
            }
            value = i == 0 ? (negative ? (byte) digit : digit) : (value << 8) | digit;
        }
        return value;
    }

    private static long octal(byte[] block, int offset, int length, String what) throws ImageFormatException {
        int start = offset;
        int end = offset + length;
        while (start < end && (block[start] == ' ' || block[start] == 0)) {
            start++;
        }
        long value = 0;
        int i = start;
        for (; i < end && block[i] != 0 && block[i] != ' '; i++) {
            int digit = block[i] - '0';
            if (digit < 0 || digit > 7 || value >>> 60 != 0) {
                throw corrupt(what + " is not an octal number");
            }
            value = (value << 3) | digit;
        }
        for (; i < end && block[i] != 0; i++) {
            if (block[i] != ' ') {
                throw corrupt(what + " has something behind its number");
            }
        }
        return value;
    }

    /** Whether a value fits the field as octal digits with a terminator. */
    static boolean fits(long value, int length) {
        return value >= 0 && value < 1L << (3 * (length - 1));
    }

    static void writeOctal(byte[] block, int offset, int length, long value) {
        long rest = value;
        for (int i = offset + length - 2; i >= offset; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        block[offset + length - 1] = 0;
    }

    private static ImageFormatException corrupt(String what) {
        return new ImageFormatException(Kind.CORRUPT, "invalid tar header: " + what);
    }
}
