package io.gantry.image.compress;

import static io.gantry.image.testing.Tars.concat;
import static io.gantry.image.testing.Tars.gzip;
import static io.gantry.image.testing.Tars.zstd;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CompressionTest {
    private static final byte[] DATA = data(100_000);
    private static final byte[] MORE = data(70_000);
    /** A frame that says nothing, as zstd:chunked puts its table of contents into. */
    private static final byte[] SKIPPABLE = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 'a', 'b', 'c', 'd'};

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isToldByItsFirstBytesAndUndone(String what, byte[] stream, byte[] expected) throws IOException {
        assertThat(decompress(stream)).isEqualTo(expected);
        assertThat(Compression.decompress(new Trickle(stream), BombGuard.DEFAULT)
                        .readAllBytes())
                .as("from a stream that gives a byte at a time and says that none is available")
                .isEqualTo(expected);
    }

    static Stream<Arguments> isToldByItsFirstBytesAndUndone() {
        return Stream.of(
                Arguments.of("plain", DATA, DATA),
                Arguments.of("nothing", new byte[0], new byte[0]),
                Arguments.of("less than the magic", new byte[] {0x1F}, new byte[] {0x1F}),
                Arguments.of("gzip", gzip(DATA), DATA),
                Arguments.of("gzip of nothing", gzip(new byte[0]), new byte[0]),
                Arguments.of("two gzip members", concat(gzip(DATA), gzip(MORE)), concat(DATA, MORE)),
                Arguments.of(
                        "three gzip members, one empty",
                        concat(gzip(DATA), gzip(new byte[0]), gzip(MORE)),
                        concat(DATA, MORE)),
                Arguments.of("padded gzip", concat(gzip(DATA), new byte[1000]), DATA),
                Arguments.of("gzip with every header field", withHeaderFields(DATA), DATA),
                Arguments.of("zstd", zstd(DATA), DATA),
                Arguments.of("zstd of nothing", zstd(new byte[0]), new byte[0]),
                Arguments.of("two zstd frames", concat(zstd(DATA), zstd(MORE)), concat(DATA, MORE)),
                Arguments.of("zstd behind a skippable frame", concat(SKIPPABLE, zstd(DATA)), DATA),
                Arguments.of(
                        "zstd with skippable frames",
                        concat(zstd(DATA), SKIPPABLE, zstd(MORE), SKIPPABLE),
                        concat(DATA, MORE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void damageIsRefused(String what, byte[] stream, Kind kind, String message) {
        ImageFormatException refusal = catchThrowableOfType(ImageFormatException.class, () -> decompress(stream));
        assertThat(refusal).isNotNull().hasMessageContaining(message);
        assertThat(refusal.kind()).isEqualTo(kind);
    }

    static Stream<Arguments> damageIsRefused() {
        byte[] gzip = gzip(DATA);
        byte[] zstd = zstd(DATA);
        return Stream.of(
                Arguments.of("gzip cut", Arrays.copyOf(gzip, gzip.length / 2), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of(
                        "gzip without trailer", Arrays.copyOf(gzip, gzip.length - 1), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of("gzip header alone", Arrays.copyOf(gzip, 4), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of(
                        "second member cut", concat(gzip, Arrays.copyOf(gzip, 12)), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of("gzip checksum", flipped(gzip, gzip.length - 6), Kind.CORRUPT, "invalid checksum"),
                Arguments.of("gzip length", flipped(gzip, gzip.length - 2), Kind.CORRUPT, "length"),
                Arguments.of("gzip data", overwritten(gzip, 2000), Kind.CORRUPT, "gzip: "),
                Arguments.of(
                        "garbage behind gzip",
                        concat(gzip, new byte[] {1, 2, 3}),
                        Kind.CORRUPT,
                        "something else follows"),
                Arguments.of("zstd cut", Arrays.copyOf(zstd, zstd.length / 2), Kind.TRUNCATED, "zstd"),
                Arguments.of("zstd header alone", Arrays.copyOf(zstd, 5), Kind.TRUNCATED, "zstd"),
                Arguments.of("zstd data", overwritten(zstd, 6), Kind.CORRUPT, "zstd: "),
                Arguments.of(
                        "garbage behind zstd",
                        concat(zstd, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
                        Kind.CORRUPT,
                        "zstd: "),
                Arguments.of(
                        "xz",
                        new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 0},
                        Kind.UNSUPPORTED,
                        "xz, which is not supported: decompress it first"),
                Arguments.of(
                        "bzip2", "BZh91AY&SY".getBytes(ISO_8859_1), Kind.UNSUPPORTED, "bzip2, which is not supported"));
    }

    @Test
    void everyCutOfASmallStreamIsRefused() {
        byte[] gzip = gzip("hello".getBytes(ISO_8859_1));
        byte[] zstd = zstd("hello".getBytes(ISO_8859_1));
        for (byte[] whole : new byte[][] {gzip, zstd}) {
            for (int length = 6; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> decompress(cut))
                        .as("cut to %d", length)
                        .isInstanceOfSatisfying(
                                ImageFormatException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.TRUNCATED));
            }
        }
    }

    @Test
    void bombsAreStoppedByRatio() {
        BombGuard guard = new BombGuard(1L << 40, 100, 1 << 20);
        byte[] zeros = new byte[8 << 20];
        for (byte[] bomb : new byte[][] {gzip(zeros), zstd(zeros)}) {
            assertThatThrownBy(() -> drain(bomb, guard))
                    .isInstanceOfSatisfying(
                            ImageFormatException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT))
                    .hasMessageContaining("more than 100 times its compressed size");
        }
    }

    @Test
    void smallStreamsMayUnfoldAsTheyLike() throws IOException {
        BombGuard guard = new BombGuard(1L << 40, 100, 16 << 20);
        assertThat(drain(gzip(new byte[8 << 20]), guard)).isEqualTo(8 << 20);
    }

    @Test
    void bombsAreStoppedBySizePlainOnesIncluded() throws IOException {
        BombGuard guard = new BombGuard(1 << 20, 100_000, 0);
        byte[] much = new byte[(1 << 20) + 1];
        for (byte[] bomb : new byte[][] {gzip(much), zstd(much), much}) {
            assertThatThrownBy(() -> drain(bomb, guard)).hasMessageContaining("more than 1048576 bytes");
        }
        assertThat(drain(gzip(new byte[1 << 20]), guard)).isEqualTo(1 << 20);
        assertThatThrownBy(() -> Compression.decompress(new ByteArrayInputStream(gzip(much)), guard)
                        .skip(much.length))
                .as("what is passed over counts")
                .hasMessageContaining("more than 1048576 bytes");
    }

    @Test
    void windowsBeyondTheLimitAreRefused() throws IOException {
        // a frame header of RFC 8878: magic, descriptor 0, window descriptor of 1 GiB, then an empty last block
        byte[] frame = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) (20 << 3), 1, 0, 0};
        assertThatThrownBy(() -> decompress(frame))
                .isInstanceOf(ImageFormatException.class)
                .hasMessageContaining("zstd");
    }

    @Test
    void hashingCoversWhatIsReadPassedOverAndLeft() throws IOException {
        try (HashingInputStream in = new HashingInputStream(new ByteArrayInputStream(DATA))) {
            assertThat(in.read()).isEqualTo(DATA[0] & 0xFF);
            assertThat(in.skip(10_000)).isPositive();
            in.readNBytes(200);
            byte[] large = new byte[1 << 16];
            assertThat(in.read(large, 0, large.length)).isPositive();
            assertThat(in.finish()).isEqualTo(Digest.of(DATA));
            assertThat(in.count()).isEqualTo(DATA.length);
        }
    }

    @Test
    void layersHaveTheMediaTypeOfTheirCompression() {
        assertThat(Compression.NONE.layerMediaType()).isEqualTo(MediaTypes.OCI_LAYER);
        assertThat(Compression.GZIP.layerMediaType()).isEqualTo(MediaTypes.OCI_LAYER_GZIP);
        assertThat(Compression.ZSTD.layerMediaType()).isEqualTo(MediaTypes.OCI_LAYER_ZSTD);
    }

    private static byte[] decompress(byte[] stream) throws IOException {
        return Compression.decompress(new ByteArrayInputStream(stream), BombGuard.DEFAULT)
                .readAllBytes();
    }

    private static long drain(byte[] stream, BombGuard guard) throws IOException {
        InputStream in = Compression.decompress(new ByteArrayInputStream(stream), guard);
        return in.transferTo(java.io.OutputStream.nullOutputStream());
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        for (int i = 0; i < length; i += 3) {
            data[i] = 'a';
        }
        return data;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= 0x55;
        return copy;
    }

    private static byte[] overwritten(byte[] bytes, int from) {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, from, from + 2000, (byte) 0xFF);
        return copy;
    }

    /** Extra field, name, comment and header checksum. */
    private static byte[] withHeaderFields(byte[] data) {
        byte[] plain = gzip(data);
        byte[] header = Arrays.copyOf(plain, 10);
        header[3] = 2 | 4 | 8 | 16;
        byte[] fields = {3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'c', 0};
        CRC32 crc = new CRC32();
        crc.update(concat(header, fields));
        byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        return concat(header, fields, check, Arrays.copyOfRange(plain, 10, plain.length));
    }

    /** As a socket may behave. */
    private static final class Trickle extends InputStream {
        private final InputStream in;

        Trickle(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return in.read(buffer, offset, Math.min(1, length));
        }

        @Override
        public int available() {
            return 0;
        }
    }
}
