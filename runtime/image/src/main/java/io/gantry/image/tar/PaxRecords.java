package io.gantry.image.tar;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.linux.KernelString;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The records of one pax extended header: {@code LENGTH KEY=VALUE\n} each, values binary (POSIX.1-2001, pax). Of equal keys the last one holds. */
final class PaxRecords {
    private static final String SCHILY = "SCHILY.xattr.";
    private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";

    private final Map<String, byte[]> values = new HashMap<>();
    private final Map<String, byte[]> xattrs = new LinkedHashMap<>();

    static PaxRecords parse(byte[] data, TarLimits limits) throws ImageFormatException {
        PaxRecords records = new PaxRecords();
        int at = 0;
        while (at < data.length && data[at] != 0) {
            at = records.parseRecord(data, at, limits);
        }
        return records;
    }

    private int parseRecord(byte[] data, int start, TarLimits limits) throws ImageFormatException {
        int length = 0;
        int at = start;
        while (at < data.length && data[at] >= '0' && data[at] <= '9' && at - start < 9) {
            length = length * 10 + data[at++] - '0';
        }
        int end = start + length;
        if (at == start || at >= data.length || data[at] != ' ' || end > data.length || end <= at + 1) {
            throw corrupt("the length of a pax record is wrong");
        }
        int equals = ++at;
        while (equals < end && data[equals] != '=') {
            equals++;
        }
        if (equals >= end || equals == at || data[end - 1] != '\n') {
            throw corrupt("a pax record is not of the form \"length key=value\"");
        }
        put(KernelString.decode(data, at, equals - at), Arrays.copyOfRange(data, equals + 1, end - 1), limits);
        return end;
    }

    private void put(String key, byte[] value, TarLimits limits) throws ImageFormatException {
        if (key.startsWith(SCHILY)) {
            putXattr(key.substring(SCHILY.length()), value, limits);
        } else if (key.startsWith(LIBARCHIVE)) {
            String name = unescape(key.substring(LIBARCHIVE.length()));
            if (!xattrs.containsKey(name)) {
                putXattr(name, base64(value), limits);
            }
        } else {
            values.put(key, value);
        }
    }

    private void putXattr(String name, byte[] value, TarLimits limits) throws ImageFormatException {
        if (name.isEmpty() || name.indexOf('\0') >= 0 || name.length() > 255) {
            throw corrupt("an extended attribute has an impossible name");
        }
        if (value.length > limits.xattrBytes()) {
            throw new ImageFormatException(
                    Kind.LIMIT,
                    "extended attribute " + name + " takes " + value.length + " bytes; at most " + limits.xattrBytes()
                            + " are allowed");
        }
        xattrs.put(name, value);
        if (xattrs.size() > limits.xattrs()) {
            throw new ImageFormatException(
                    Kind.LIMIT, "an entry has more than " + limits.xattrs() + " extended attributes");
        }
    }

    Map<String, byte[]> xattrs() {
        return xattrs;
    }

    /** A text value; a record with an empty value means that the ustar header holds. */
    Optional<String> text(String key) throws ImageFormatException {
        byte[] value = values.get(key);
        if (value == null || value.length == 0) {
            return Optional.empty();
        }
        String text = KernelString.decode(value);
        if (text.indexOf('\0') >= 0) {
            throw corrupt("pax record " + key + " has a NUL within");
        }
        return Optional.of(text);
    }

    Optional<Long> number(String key) throws ImageFormatException {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(text.get()));
        } catch (NumberFormatException e) {
            throw corrupt("pax record " + key + " is not a number");
        }
    }

    /** A time as seconds and nanoseconds, rounded down; bounded to what fits. */
    Optional<long[]> time(String key) throws ImageFormatException {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.get().matches("-?[0-9]{1,40}(\\.[0-9]{0,40})?")) {
            throw corrupt("pax record " + key + " is not a time");
        }
        String plain = text.get().endsWith(".") ? text.get() + "0" : text.get();
        BigInteger nanos = new BigDecimal(plain)
                .movePointRight(9)
                .setScale(0, RoundingMode.FLOOR)
                .toBigIntegerExact();
        BigInteger[] parts = nanos.divideAndRemainder(BigInteger.valueOf(1_000_000_000L));
        BigInteger seconds = parts[0];
        BigInteger rest = parts[1];
        if (rest.signum() < 0) {
            seconds = seconds.subtract(BigInteger.ONE);
            rest = rest.add(BigInteger.valueOf(1_000_000_000L));
        }
        if (seconds.bitLength() > 62) {
            throw corrupt("pax record " + key + " is out of range");
        }
        return Optional.of(new long[] {seconds.longValue(), rest.longValue()});
    }

    /** Whether the entry is a sparse file in one of GNU tar's three pax formats. */
    boolean isSparse() {
        return values.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."));
    }

    private static byte[] base64(byte[] value) throws ImageFormatException {
        try {
            return Base64.getDecoder().decode(new String(value, StandardCharsets.ISO_8859_1).replace("=", ""));
        } catch (IllegalArgumentException e) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "invalid tar header: a LIBARCHIVE.xattr record is not base64", e);
        }
    }

    private static String unescape(String name) throws ImageFormatException {
        if (name.indexOf('%') < 0) {
            return name;
        }
        byte[] in = KernelString.encode(name);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%' && i + 2 < in.length) {
                int high = Character.digit(in[i + 1], 16);
                int low = Character.digit(in[i + 2], 16);
                if (high < 0 || low < 0) {
                    throw corrupt("a LIBARCHIVE.xattr record has a broken name");
                }
                out[length++] = (byte) ((high << 4) | low);
                i += 2;
            } else {
                out[length++] = in[i];
            }
        }
        return KernelString.decode(out, 0, length);
    }

    private static ImageFormatException corrupt(String what) {
        return new ImageFormatException(Kind.CORRUPT, "invalid tar header: " + what);
    }
}
