package io.gantry.cli;

import java.util.Arrays;
import java.util.Optional;

/** A literal address of 4 or 16 bytes; nothing is ever looked up. */
final class IpAddress {
    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads what Go's {@code net.ParseIP} reads: four decimals without leading zeros, or RFC 4291 text without a zone. */
    static Optional<IpAddress> parse(String text) {
        Optional<byte[]> bytes = text.indexOf(':') >= 0 ? six(text) : four(text);
        return bytes.map(IpAddress::new);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    private static Optional<byte[]> four(String text) {
        String[] parts = text.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (parts.length != 4) {
            return Optional.empty();
        }
        for (int i = 0; i < 4; i++) {
            int number = number(parts[i], 10, 3);
            if (number < 0 || number > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
                return Optional.empty();
            }
            bytes[i] = (byte) number;
        }
        return Optional.of(bytes);
    }

    private static Optional<byte[]> six(String text) {
        String rest = text;
        byte[] tail = new byte[0];
        int colon = rest.lastIndexOf(':');
        if (rest.indexOf('.') >= 0) {
            Optional<byte[]> four = four(rest.substring(colon + 1));
            if (four.isEmpty()) {
                return Optional.empty();
            }
            tail = four.get();
            rest = rest.substring(0, colon) + (colon > 0 && rest.charAt(colon - 1) == ':' ? ":" : "");
        }
        int gap = rest.indexOf("::");
        String before = gap < 0 ? rest : rest.substring(0, gap);
        String after = gap < 0 ? "" : rest.substring(gap + 2);
        Optional<byte[]> head = groups(before);
        Optional<byte[]> end = groups(after);
        if (head.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        int length = head.get().length + end.get().length + tail.length;
        if (gap < 0 ? length != 16 : length > 14) {
            return Optional.empty();
        }
        byte[] bytes = new byte[16];
        System.arraycopy(head.get(), 0, bytes, 0, head.get().length);
        System.arraycopy(end.get(), 0, bytes, 16 - tail.length - end.get().length, end.get().length);
        System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
        return Optional.of(bytes);
    }

    private static Optional<byte[]> groups(String text) {
        if (text.isEmpty()) {
            return Optional.of(new byte[0]);
        }
        String[] groups = text.split(":", -1);
        byte[] bytes = new byte[groups.length * 2];
        for (int i = 0; i < groups.length; i++) {
            int number = number(groups[i], 16, 4);
            if (number < 0) {
                return Optional.empty();
            }
            bytes[2 * i] = (byte) (number >> 8);
            bytes[2 * i + 1] = (byte) number;
        }
        return Optional.of(bytes);
    }

    /** -1 for what is no number of at most so many digits. */
    private static int number(String digits, int base, int most) {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), base) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * base + digit;
        }
        return digits.isEmpty() || digits.length() > most ? -1 : number;
    }

    /** RFC 5952: lower case, the longest run of zero groups as {@code ::}; an IPv4 address mapped into IPv6 as IPv4. */
    @Override
    public String toString() {
        if (bytes.length == 4) {
            return dotted(bytes);
        }
        if (Arrays.equals(bytes, 0, 12, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 0, 12)) {
            return dotted(Arrays.copyOfRange(bytes, 12, 16));
        }
        int bestAt = -1;
        int best = 1;
        for (int at = 0; at < 8; at++) {
            int run = 0;
            while (at + run < 8 && group(at + run) == 0) {
                run++;
            }
            if (run > best) {
                best = run;
                bestAt = at;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < 8; at++) {
            if (at == bestAt) {
                text.append("::");
                at += best - 1;
            } else {
                text.append(at > 0 && text.charAt(text.length() - 1) != ':' ? ":" : "")
                        .append(Integer.toHexString(group(at)));
            }
        }
        return text.toString();
    }

    private int group(int at) {
        return ((bytes[2 * at] & 0xff) << 8) | (bytes[2 * at + 1] & 0xff);
    }

    private static String dotted(byte[] four) {
        return (four[0] & 0xff) + "." + (four[1] & 0xff) + "." + (four[2] & 0xff) + "." + (four[3] & 0xff);
    }
}
