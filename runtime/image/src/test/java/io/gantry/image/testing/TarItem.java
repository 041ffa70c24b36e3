package io.gantry.image.testing;

import io.gantry.linux.KernelString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** One entry of an archive that a test makes byte by byte, independent of the writer under test; also such as no tool would write. */
public final class TarItem {
    private static final int BLOCK = 512;

    private final byte[] name;
    private final char type;
    private final byte[] link;
    private byte[] content = {};
    private int mode;
    private final ByteArrayOutputStream pax = new ByteArrayOutputStream();
    private final Map<Integer, byte[]> overrides = new TreeMap<>();
    private long uid;
    private long gid;
    private long mtime;
    private long major;
    private long minor;
    private long size = -1;
    private boolean badChecksum;

    private TarItem(String name, char type, String link, int mode) {
        this.name = KernelString.encode(name);
        this.type = type;
        this.link = KernelString.encode(link);
        this.mode = mode;
    }

    public static TarItem file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    public static TarItem file(String name, byte[] content) {
        return of('0', name, "", 0644).content(content);
    }

    public static TarItem dir(String name) {
        return of('5', name, "", 0755);
    }

    public static TarItem symlink(String name, String target) {
        return of('2', name, target, 0777);
    }

    public static TarItem hardLink(String name, String target) {
        return of('1', name, target, 0644);
    }

    public static TarItem fifo(String name) {
        return of('6', name, "", 0644);
    }

    public static TarItem character(String name, long major, long minor) {
        return of('3', name, "", 0600).device(major, minor);
    }

    public static TarItem block(String name, long major, long minor) {
        return of('4', name, "", 0600).device(major, minor);
    }

    /** Hides a path of the layers beneath. */
    public static TarItem whiteout(String path) {
        int slash = path.lastIndexOf('/') + 1;
        return file(path.substring(0, slash) + ".wh." + path.substring(slash), "");
    }

    /** Hides all that the layers beneath have in a directory. */
    public static TarItem opaque(String directory) {
        return file((directory.isEmpty() ? "" : directory + "/") + ".wh..wh..opq", "");
    }

    /** An extended header of type {@code x} or {@code g}, or a GNU long name ({@code L}) or link ({@code K}). */
    public static TarItem extension(char type, byte[] content) {
        return of(type, type == 'L' || type == 'K' ? "././@LongLink" : "PaxHeader", "", 0644)
                .content(content);
    }

    /** Any type flag. */
    public static TarItem of(char type, String name, String link, int mode) {
        return new TarItem(name, type, link, mode);
    }

    public TarItem content(byte[] bytes) {
        content = bytes.clone();
        return this;
    }

    public TarItem mode(int newMode) {
        mode = newMode;
        return this;
    }

    public TarItem owner(long newUid, long newGid) {
        uid = newUid;
        gid = newGid;
        return this;
    }

    public TarItem time(long seconds) {
        mtime = seconds;
        return this;
    }

    public TarItem device(long newMajor, long newMinor) {
        major = newMajor;
        minor = newMinor;
        return this;
    }

    /** What the header says, whatever content follows. */
    public TarItem size(long announced) {
        size = announced;
        return this;
    }

    public TarItem xattr(String key, byte[] value) {
        return pax("SCHILY.xattr." + key, value);
    }

    public TarItem pax(String key, String value) {
        return pax(key, KernelString.encode(value));
    }

    public TarItem pax(String key, byte[] value) {
        pax.writeBytes(paxRecord(key, value));
        return this;
    }

    /** Bytes that take the place of a header field, before the checksum is computed. */
    public TarItem override(int offset, String bytes) {
        return override(offset, bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    public TarItem override(int offset, byte[] bytes) {
        overrides.put(offset, bytes.clone());
        return this;
    }

    public TarItem badChecksum() {
        badChecksum = true;
        return this;
    }

    /** {@code LENGTH KEY=VALUE\n}. */
    public static byte[] paxRecord(String key, byte[] value) {
        byte[] keyBytes = KernelString.encode(key);
        int rest = keyBytes.length + value.length + 3;
        int length = rest + 1;
        while (length != rest + Integer.toString(length).length()) {
            length++;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(keyBytes);
        out.write('=');
        out.writeBytes(value);
        out.write('\n');
        return out.toByteArray();
    }

    /** Header, content and padding, with an extended header before where one is needed. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (pax.size() > 0) {
            out.writeBytes(extension('x', pax.toByteArray()).bytes());
        }
        out.writeBytes(header());
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & (BLOCK - 1)]);
        return out.toByteArray();
    }

    private byte[] header() {
        byte[] block = new byte[BLOCK];
        put(block, 0, Arrays.copyOf(name, Math.min(name.length, 100)));
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid);
        octal(block, 116, 8, gid);
        octal(block, 124, 12, size >= 0 ? size : content.length);
        octal(block, 136, 12, mtime);
        block[156] = (byte) type;
        put(block, 157, Arrays.copyOf(link, Math.min(link.length, 100)));
        put(block, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
        octal(block, 329, 8, major);
        octal(block, 337, 8, minor);
        overrides.forEach((offset, bytes) -> put(block, offset, bytes));
        if (!overrides.containsKey(148)) {
            checksum(block);
        }
        return block;
    }

    private void checksum(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = badChecksum ? 1 : 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        octal(block, 148, 7, sum);
    }

    /** Octal digits where they fit, GNU's base-256 where they do not. */
    private static void octal(byte[] block, int offset, int length, long value) {
        if (value >= 0 && value < 1L << (3 * (length - 1))) {
            String digits = String.format(java.util.Locale.ROOT, "%0" + (length - 1) + "o", value);
            put(block, offset, digits.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        for (int i = 0; i < length; i++) {
            int shift = 8 * (length - 1 - i);
            block[offset + i] = (byte) (shift > 63 ? value >> 63 : value >> shift);
        }
        block[offset] |= (byte) 0x80;
    }

    private static void put(byte[] block, int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, block, offset, bytes.length);
    }
}
