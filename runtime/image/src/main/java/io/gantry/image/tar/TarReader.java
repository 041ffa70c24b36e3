package io.gantry.image.tar;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.linux.KernelString;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads an archive entry by entry from a stream that need not be seekable or buffered. Takes V7, ustar, pax and GNU headers; ignores pax
 * global headers; refuses sparse files, multi-volume archives and unknown types by name. Ends at two zero blocks, or at the end of the
 * stream on a block's boundary, as Go's reader and so Docker does. Not thread-safe. Does not close the stream.
 */
public final class TarReader {
    static final int BLOCK = 512;
    private static final long LARGEST_SIZE = Long.MAX_VALUE - BLOCK;

    private final InputStream in;
    private final TarLimits limits;
    private final byte[] block = new byte[BLOCK];
    private final Content content = new Content();
    private long remaining;
    private int padding;
    private boolean ended;

    /** A reader with {@link TarLimits#DEFAULT}. */
    public TarReader(InputStream in) {
        this(in, TarLimits.DEFAULT);
    }

    /** A reader that starts where the stream is. */
    public TarReader(InputStream in, TarLimits limits) {
        this.in = Objects.requireNonNull(in, "in");
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * The next entry; what is left of the last one's content is passed over.
     *
     * @throws ImageFormatException if the archive is truncated, damaged or beyond the limits
     */
    public Optional<TarEntry> next() throws IOException {
        skipContent();
        PendingHeader pending = new PendingHeader();
        while (!ended && readBlock(pending)) {
            if (isZero()) {
                ended = true;
                readSecondZeroBlock();
                break;
            }
            checkSum();
            char type = (char) (block[156] & 0xFF);
            switch (type) {
                case 'x' -> pending.pax = Optional.of(PaxRecords.parse(readExtension(), limits));
                case 'g' -> PaxRecords.parse(readExtension(), limits);
                case 'L' -> pending.longName = Optional.of(cString(readExtension()));
                case 'K' -> pending.longLink = Optional.of(cString(readExtension()));
                default -> {
                    return Optional.of(entry(type, pending));
                }
            }
        }
        if (!ended && pending.isUsed()) {
            throw truncated("behind an extended header");
        }
        ended = true;
        return Optional.empty();
    }

    /** The content of the entry that {@link #next} gave last; ends where it ends. Valid until the next call of {@link #next}. */
    public InputStream content() {
        return content;
    }

    /** Reads content of the current entry, as {@link InputStream#read(byte[], int, int)}. */
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (remaining == 0) {
            return length == 0 ? 0 : -1;
        }
        int count = in.read(buffer, offset, (int) Math.min(length, remaining));
        if (count < 0) {
            throw truncated("within the content of an entry, " + remaining + " bytes are missing");
        }
        remaining -= count;
        return count;
    }

    private void skipContent() throws IOException {
        long rest = remaining + padding;
        remaining = 0;
        padding = 0;
        while (rest > 0) {
            // the last byte is read, because a file's stream skips beyond its end without a word
            long skipped = rest > 1 ? in.skip(rest - 1) : 0;
            if (skipped <= 0) {
                int count = in.read(block, 0, (int) Math.min(BLOCK, rest));
                if (count < 0) {
                    throw truncated("within the content of an entry");
                }
                skipped = count;
            }
            rest -= skipped;
        }
    }

    /** False at the end of the stream. */
    private boolean readBlock(PendingHeader pending) throws IOException {
        int count = in.readNBytes(block, 0, BLOCK);
        if (count == BLOCK) {
            return true;
        }
        if (count == 0) {
            return false;
        }
        throw truncated(pending.isUsed() ? "behind an extended header" : "within a header");
    }

    private void readSecondZeroBlock() throws IOException {
        int count = in.readNBytes(block, 0, BLOCK);
        if (count == BLOCK && !isZero()) {
            throw corrupt("a header follows a single zero block");
        }
        if (count != 0 && count != BLOCK) {
            throw truncated("within its last block");
        }
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Old writers summed signed bytes. */
    private void checkSum() throws IOException {
        long expected = TarNumbers.read(block, 148, 8, "the checksum");
        int unsigned = 8 * ' ';
        int signed = 8 * ' ';
        for (int i = 0; i < BLOCK; i++) {
            if (i < 148 || i >= 156) {
                unsigned += block[i] & 0xFF;
                signed += block[i];
            }
        }
        if (expected != unsigned && expected != signed) {
            throw corrupt("the checksum does not match");
        }
    }

    private byte[] readExtension() throws IOException {
        long size = TarNumbers.read(block, 124, 12, "the size");
        if (size < 0 || size > limits.extendedHeaderBytes()) {
            throw new ImageFormatException(
                    Kind.LIMIT,
                    "invalid tar header: an extended header takes " + size + " bytes; at most "
                            + limits.extendedHeaderBytes() + " are allowed");
        }
        byte[] data = in.readNBytes((int) size);
        if (data.length < size) {
            throw truncated("within an extended header");
        }
        padding = padding(size);
        skipContent();
        return data;
    }

    private TarEntry entry(char flag, PendingHeader pending) throws IOException {
        PaxRecords pax = pending.pax.orElseGet(PaxRecords::new);
        String name = pending.longName.isPresent()
                ? pending.longName.get()
                : pax.text("path").orElse(ustarName());
        TarType type = type(flag, name);
        if (pax.isSparse()) {
            throw unsupported("\"" + name + "\" is a sparse file: make the archive without tar's --sparse");
        }
        String link = pending.longLink.isPresent()
                ? pending.longLink.get()
                : pax.text("linkpath").orElse(field(157, 100));
        checkName(name);
        checkName(link);
        long size = number(pax, "size", 124, 12);
        long uid = number(pax, "uid", 108, 8);
        long gid = number(pax, "gid", 116, 8);
        if (size < 0 || uid < 0 || gid < 0) {
            throw corrupt("the size, uid or gid of \"" + name + "\" is negative");
        }
        if (size > LARGEST_SIZE) {
            throw corrupt("the size of \"" + name + "\" is larger than any file can be");
        }
        remaining = type.hasContent() ? size : 0;
        padding = padding(remaining);
        long[] time = pax.time("mtime").orElse(null);
        boolean link1 = type == TarType.SYMLINK || type == TarType.HARD_LINK;
        return new TarEntry(
                name,
                type,
                link1 ? link : "",
                (int) TarNumbers.read(block, 100, 8, "the mode") & 07777,
                uid,
                gid,
                remaining,
                time != null ? time[0] : TarNumbers.read(block, 136, 12, "the time"),
                time != null ? (int) time[1] : 0,
                type.isDevice() ? TarNumbers.read(block, 329, 8, "the device number") : 0,
                type.isDevice() ? TarNumbers.read(block, 337, 8, "the device number") : 0,
                pax.xattrs().isEmpty() ? Map.of() : pax.xattrs());
    }

    private long number(PaxRecords pax, String key, int offset, int length) throws IOException {
        Optional<Long> number = pax.number(key);
        return number.isPresent() ? number.get() : TarNumbers.read(block, offset, length, "the " + key);
    }

    private static TarType type(char flag, String name) throws ImageFormatException {
        return switch (flag) {
            case '0', '7' -> TarType.FILE;
            case 0 -> name.endsWith("/") ? TarType.DIRECTORY : TarType.FILE;
            case '1' -> TarType.HARD_LINK;
            case '2' -> TarType.SYMLINK;
            case '3' -> TarType.CHARACTER_DEVICE;
            case '4' -> TarType.BLOCK_DEVICE;
            case '5' -> TarType.DIRECTORY;
            case '6' -> TarType.FIFO;
            case 'S' -> throw unsupported("\"" + name + "\" is a sparse file: make the archive without tar's --sparse");
            default -> throw unsupported("unhandled tar header type " + (int) flag + " of \"" + name + "\"");
        };
    }

    private void checkName(String name) throws ImageFormatException {
        if (name.length() > limits.nameBytes()) {
            throw new ImageFormatException(
                    Kind.LIMIT,
                    "a name of " + name.length() + " bytes in a tar header; at most " + limits.nameBytes()
                            + " are allowed: " + name.substring(0, 60) + "…");
        }
    }

    /** Only POSIX headers have a prefix; GNU's keep times in its place. */
    private String ustarName() {
        String name = field(0, 100);
        boolean posix = field(257, 6).equals("ustar") && block[262] == 0;
        String prefix = posix && block[345] != 0 ? field(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String field(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return KernelString.decode(block, offset, end - offset);
    }

    private static String cString(byte[] data) {
        int end = 0;
        while (end < data.length && data[end] != 0) {
            end++;
        }
        return KernelString.decode(data, 0, end);
    }

    private static int padding(long size) {
        return (int) (-size & (BLOCK - 1));
    }

    private static ImageFormatException truncated(String where) {
        return new ImageFormatException(Kind.TRUNCATED, "unexpected EOF: the tar archive ends " + where);
    }

    private static ImageFormatException corrupt(String what) {
        return new ImageFormatException(Kind.CORRUPT, "invalid tar header: " + what);
    }

    private static ImageFormatException unsupported(String what) {
        return new ImageFormatException(Kind.UNSUPPORTED, what);
    }

    /** What extended headers said about the entry that follows them. */
    private static final class PendingHeader {
        private Optional<PaxRecords> pax = Optional.empty();
        private Optional<String> longName = Optional.empty();
        private Optional<String> longLink = Optional.empty();

        boolean isUsed() {
            return pax.isPresent() || longName.isPresent() || longLink.isPresent();
        }
    }

    /** The content of the current entry as a stream. */
    private final class Content extends InputStream {
        private final byte[] one = new byte[1];

        @Override
        public int read() throws IOException {
            return TarReader.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            return TarReader.this.read(buffer, offset, length);
        }
    }
}
