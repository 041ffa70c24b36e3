package io.gantry.image.tar;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.extension;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.of;
import static io.gantry.image.testing.TarItem.paxRecord;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.Tars.concat;
import static io.gantry.image.testing.Tars.tar;
import static io.gantry.image.testing.Tars.unended;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.testing.TarItem;
import io.gantry.linux.KernelString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    @TempDir
    Path directory;

    private record Read(TarEntry entry, String content) {}

    @Test
    void givesEveryKindOfEntryWithAllItsFields() throws IOException {
        List<Read> read = read(tar(
                dir("d/").mode(01777).owner(3, 4).time(1_000_000_000),
                file("d/f", "hello").mode(04755).owner(2_000_000, 7),
                symlink("l", "../d"),
                hardLink("h", "d/f"),
                TarItem.fifo("p"),
                TarItem.character("c", 1, 3),
                TarItem.block("b", 2_000_000, 300)));

        assertThat(read)
                .extracting(one -> one.entry().name(), one -> one.entry().type(), one -> one.content())
                .containsExactly(
                        tuple("d/", TarType.DIRECTORY, ""),
                        tuple("d/f", TarType.FILE, "hello"),
                        tuple("l", TarType.SYMLINK, ""),
                        tuple("h", TarType.HARD_LINK, ""),
                        tuple("p", TarType.FIFO, ""),
                        tuple("c", TarType.CHARACTER_DEVICE, ""),
                        tuple("b", TarType.BLOCK_DEVICE, ""));
        assertThat(read.get(0).entry())
                .isEqualTo(
                        TarEntry.directory("d/").withMode(01777).withOwner(3, 4).withTime(1_000_000_000, 0));
        assertThat(read.get(1).entry())
                .isEqualTo(TarEntry.file("d/f", 5).withMode(04755).withOwner(2_000_000, 7));
        assertThat(read.get(2).entry().linkName()).isEqualTo("../d");
        assertThat(read.get(3).entry().linkName()).isEqualTo("d/f");
        assertThat(read.get(6).entry().deviceMajor()).isEqualTo(2_000_000);
        assertThat(read.get(6).entry().deviceMinor()).isEqualTo(300);
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.api.Assertions.tuple(values);
    }

    @Test
    void keepsBinaryXattrs() throws IOException {
        byte[] capability = {1, 0, 0, 2, (byte) 0x80, (byte) 0xFF, 0, '\n', '=', (byte) 0xC3, 0x28, 0};
        byte[] longValue = new byte[60_000];
        Arrays.fill(longValue, (byte) 0xA5);
        TarEntry entry = first(tar(file("f", "")
                .xattr("security.capability", capability)
                .xattr("user.empty", new byte[0])
                .xattr("user.with=equals", "x".getBytes(UTF_8))
                .xattr("user.long", longValue)));

        assertThat(entry.xattrs().get("security.capability")).isEqualTo(capability);
        assertThat(entry.xattrs().get("user.empty")).isEmpty();
        assertThat(entry.xattrs().get("user.long")).isEqualTo(longValue);
        // a key ends at the first equals sign, as in every other reader
        assertThat(entry.xattrs().get("user.with")).isEqualTo("equals=x".getBytes(UTF_8));
    }

    @Test
    void readsLibarchivesXattrsWhereThereIsNoOther() throws IOException {
        TarEntry entry = first(tar(file("f", "")
                .pax("LIBARCHIVE.xattr.user.a%20b", "gP8")
                .pax("LIBARCHIVE.xattr.user.both", "AAAA")
                .pax("SCHILY.xattr.user.both", "mine")));

        assertThat(entry.xattrs().get("user.a b")).containsExactly(0x80, 0xFF);
        assertThat(entry.xattrs().get("user.both")).isEqualTo("mine".getBytes(UTF_8));
    }

    @Test
    void ofEqualPaxKeysTheLastHoldsAndAnEmptyOneFallsBackToTheHeader() throws IOException {
        assertThat(first(tar(file("short", "").pax("path", "one").pax("path", "two")))
                        .name())
                .isEqualTo("two");
        assertThat(first(tar(file("short", "").pax("path", "one").pax("path", "")))
                        .name())
                .isEqualTo("short");
    }

    @Test
    void paxValuesReplaceTheHeaders() throws IOException {
        TarEntry entry = first(tar(symlink("short", "nowhere")
                .owner(1, 2)
                .time(5)
                .pax("path", "a/" + "n".repeat(300))
                .pax("linkpath", "ünï")
                .pax("uid", "4000000000")
                .pax("gid", "3000000000")
                .pax("mtime", "12.345678901")));

        assertThat(entry.name()).isEqualTo("a/" + "n".repeat(300));
        assertThat(entry.linkName()).isEqualTo("ünï");
        assertThat(entry.uid()).isEqualTo(4_000_000_000L);
        assertThat(entry.gid()).isEqualTo(3_000_000_000L);
        assertThat(entry.mtimeSeconds()).isEqualTo(12);
        assertThat(entry.mtimeNanos()).isEqualTo(345_678_901);
    }

    @ParameterizedTest
    @MethodSource
    void paxTimesAreRoundedDown(String text, long seconds, int nanos) throws IOException {
        TarEntry entry = first(tar(file("f", "").pax("mtime", text)));
        assertThat(entry.mtimeSeconds()).isEqualTo(seconds);
        assertThat(entry.mtimeNanos()).isEqualTo(nanos);
    }

    static Stream<Arguments> paxTimesAreRoundedDown() {
        return Stream.of(
                Arguments.of("1", 1, 0),
                Arguments.of("1.", 1, 0),
                Arguments.of("0.5", 0, 500_000_000),
                Arguments.of("-1.5", -2, 500_000_000),
                Arguments.of("-0.000000001", -1, 999_999_999),
                Arguments.of("1.9999999999", 1, 999_999_999));
    }

    @Test
    void aSizeInThePaxHeaderWinsOverTheOtherOne() throws IOException {
        List<Read> read = read(tar(file("f", "hello").size(1).pax("size", "5"), file("g", "x")));
        assertThat(read).extracting(Read::content).containsExactly("hello", "x");
    }

    @Test
    void globalHeadersAreIgnored() throws IOException {
        byte[] archive = tar(extension('g', paxRecord("path", "evil".getBytes(UTF_8))), file("f", "hello"));
        assertThat(read(archive)).extracting(one -> one.entry().name()).containsExactly("f");
    }

    @Test
    void readsGnuLongNames() throws IOException {
        String name = "d/" + "n".repeat(200);
        String link = "t".repeat(300);
        TarEntry entry = first(tar(
                extension('L', (name + "\0").getBytes(UTF_8)),
                extension('K', (link + "\0").getBytes(UTF_8)),
                symlink("d/nnn", "ttt")));
        assertThat(entry.name()).isEqualTo(name);
        assertThat(entry.linkName()).isEqualTo(link);
    }

    @Test
    void readsThePrefixOfPosixHeadersAndNotOfGnus() throws IOException {
        assertThat(first(tar(file("name", "").override(345, "pre/fix"))).name()).isEqualTo("pre/fix/name");
        assertThat(first(tar(file("name", "").override(257, "ustar  \0").override(345, "00000000000")))
                        .name())
                .isEqualTo("name");
    }

    @Test
    void readsBase256Numbers() throws IOException {
        long size = 5;
        byte[] binary = {(byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) size};
        List<Read> read = read(tar(
                file("f", "hello")
                        .override(124, binary)
                        .owner(4_000_000_000L, 1L << 33)
                        .time(1L << 35),
                file("old", "").time(-5)));
        assertThat(read.get(0).content()).isEqualTo("hello");
        assertThat(read.get(0).entry().uid()).isEqualTo(4_000_000_000L);
        assertThat(read.get(0).entry().gid()).isEqualTo(1L << 33);
        assertThat(read.get(0).entry().mtimeSeconds()).isEqualTo(1L << 35);
        assertThat(read.get(1).entry().mtimeSeconds()).isEqualTo(-5);
    }

    @Test
    void readsV7HeadersWhereATrailingSlashMeansADirectory() throws IOException {
        List<Read> read = read(tar(
                of('\0', "d/", "", 0755).override(257, new byte[8]),
                of('\0', "d/f", "", 0644).override(257, new byte[8]).content("x".getBytes(UTF_8))));
        assertThat(read)
                .extracting(one -> one.entry().type(), Read::content)
                .containsExactly(tuple(TarType.DIRECTORY, ""), tuple(TarType.FILE, "x"));
    }

    @Test
    void numbersMayBePaddedInAnyOfTheWaysThatTarsWrite() throws IOException {
        TarEntry entry = first(tar(file("f", "")
                .override(100, "   755 \0")
                .override(108, "\0\0\0\0\0\0\0\0")
                .override(116, "        ")
                .override(136, "00000000012\0")));
        assertThat(entry.mode()).isEqualTo(0755);
        assertThat(entry.uid()).isZero();
        assertThat(entry.mtimeSeconds()).isEqualTo(10);
    }

    @Test
    void whatStandsBehindTheTerminatorOfANumberIsIgnoredAsGoDoes() throws IOException {
        assertThat(first(tar(file("f", "").override(100, "0755\0zzz"))).mode()).isEqualTo(0755);
    }

    @Test
    void namesNeedNotBeUtf8() throws IOException {
        String latin = KernelString.decode(new byte[] {'a', (byte) 0xE9, 'b'});
        assertThat(first(tar(file(latin, ""))).name()).isEqualTo(latin);
        assertThat(first(tar(file("x", "").pax("path", latin))).name()).isEqualTo(latin);
    }

    @Test
    void endsAtTwoZeroBlocksOrAtTheStreamsEnd() throws IOException {
        assertThat(read(unended(file("f", "hello")))).hasSize(1);
        assertThat(read(concat(tar(file("f", "hello")), tar(file("behind", "")))))
                .hasSize(1);
        assertThat(read(concat(unended(file("f", "hello")), new byte[512]))).hasSize(1);
        assertThat(read(new byte[0])).isEmpty();
    }

    @Test
    void contentThatNobodyReadsIsPassedOver() throws IOException {
        TarReader reader = reader(tar(file("a", "x".repeat(5000)), file("b", "")));
        assertThat(reader.next().orElseThrow().name()).isEqualTo("a");
        assertThat(reader.content().read()).isEqualTo('x');
        assertThat(reader.next().orElseThrow().name()).isEqualTo("b");
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void everyTruncationIsNoticedExceptBetweenEntries() throws IOException {
        byte[] archive = unended(file("a", "x".repeat(600)), file("b", "y").pax("path", "long"));
        int boundary = 512 + 1024;
        for (int length = 1; length < archive.length; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            if (length == boundary) {
                assertThat(read(cut)).hasSize(1);
            } else {
                assertThat(refusal(cut).kind()).as("cut to %d bytes", length).isEqualTo(Kind.TRUNCATED);
            }
        }
    }

    /** {@link java.io.FileInputStream#skip} goes beyond the end of the file without a word. */
    @Test
    void truncationIsNoticedWhereSkippingHidesIt() throws IOException {
        byte[] archive = Arrays.copyOf(unended(file("a", "x".repeat(100_000))), 5000);
        Path file = Files.write(directory.resolve("cut.tar"), archive);
        try (InputStream in = new java.io.FileInputStream(file.toFile())) {
            TarReader reader = new TarReader(in);
            assertThat(reader.next()).isPresent();
            assertThatThrownBy(reader::next)
                    .isInstanceOfSatisfying(
                            ImageFormatException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.TRUNCATED))
                    .hasMessageContaining("unexpected EOF");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refusesDamage(String what, byte[] archive, Kind kind, String message) {
        ImageFormatException refusal = refusal(archive);
        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal).hasMessageContaining(message);
    }

    static Stream<Arguments> refusesDamage() {
        byte[] hugeSize = {(byte) 0x80, 0, 0, 0, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0};
        return Stream.of(
                damaged("checksum", file("f", "").badChecksum(), Kind.CORRUPT, "checksum"),
                damaged("checksum is no number", file("f", "").override(148, "zzzzzzzz"), Kind.CORRUPT, "checksum"),
                damaged(
                        "text",
                        file("f", "").override(0, "x".repeat(512)).override(148, "12345678"),
                        Kind.CORRUPT,
                        "checksum"),
                damaged("mode is no number", file("f", "").override(100, "rwxr-xr-"), Kind.CORRUPT, "the mode"),
                damaged("two numbers", file("f", "").override(100, "644 7\0\0\0"), Kind.CORRUPT, "the mode"),
                damaged("size beyond 64 bits", file("f", "").override(124, hugeSize), Kind.CORRUPT, "64 bits"),
                damaged("negative size", file("f", "").override(124, negative(12)), Kind.CORRUPT, "negative"),
                damaged("negative uid", file("f", "").override(108, negative(8)), Kind.CORRUPT, "negative"),
                damaged("negative pax size", file("f", "").pax("size", "-1"), Kind.CORRUPT, "negative"),
                damaged("pax size is no number", file("f", "").pax("size", "ten"), Kind.CORRUPT, "not a number"),
                damaged("absurd pax size", file("f", "").pax("size", "9223372036854775807"), Kind.CORRUPT, "size"),
                damaged("pax time is no time", file("f", "").pax("mtime", "1e99"), Kind.CORRUPT, "not a time"),
                damaged("pax time out of range", file("f", "").pax("mtime", "9".repeat(40)), Kind.CORRUPT, "range"),
                damaged("NUL in a pax path", file("f", "").pax("path", "a\0b"), Kind.CORRUPT, "NUL"),
                damaged("pax record too long", extension('x', "99 a=b\n".getBytes(UTF_8)), Kind.CORRUPT, "length"),
                damaged("pax record too short", extension('x', "3 a=b\n".getBytes(UTF_8)), Kind.CORRUPT, "pax record"),
                damaged("pax record huge", extension('x', "999999999999 a".getBytes(UTF_8)), Kind.CORRUPT, "length"),
                damaged("pax record keyless", extension('x', "6 =bc\n".getBytes(UTF_8)), Kind.CORRUPT, "key=value"),
                damaged("pax record unequal", extension('x', "6 abc\n".getBytes(UTF_8)), Kind.CORRUPT, "key=value"),
                damaged("pax record unended", extension('x', "6 a=bc".getBytes(UTF_8)), Kind.CORRUPT, "key=value"),
                damaged("broken global header", extension('g', "6 a=bc".getBytes(UTF_8)), Kind.CORRUPT, "key=value"),
                damaged("nameless xattr", file("f", "").xattr("", new byte[1]), Kind.CORRUPT, "impossible name"),
                damaged("LIBARCHIVE", file("f", "").pax("LIBARCHIVE.xattr.a", "!!"), Kind.CORRUPT, "base64"),
                damaged("LIBARCHIVE name", file("f", "").pax("LIBARCHIVE.xattr.%zz", "AA"), Kind.CORRUPT, "name"),
                damaged("multi-volume", of('M', "f", "", 0644), Kind.UNSUPPORTED, "type 77"),
                damaged("unknown type", of('z', "f", "", 0644), Kind.UNSUPPORTED, "unhandled tar header type 122"),
                Arguments.of(
                        "extended header at the end",
                        unended(extension('x', paxRecord("path", new byte[] {'a'}))),
                        Kind.TRUNCATED,
                        "behind an extended header"),
                Arguments.of(
                        "a header behind one zero block",
                        concat(unended(file("f", "")), new byte[512], tar(file("g", ""))),
                        Kind.CORRUPT,
                        "single zero block"));
    }

    private static Arguments damaged(String what, TarItem item, Kind kind, String message) {
        return Arguments.of(what, tar(item), kind, message);
    }

    private static byte[] negative(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0xFF);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {4095, 4096})
    void namesEndWhereTheKernelsPathsEnd(int length) throws IOException {
        byte[] archive = tar(file("f", "").pax("path", "n".repeat(length)));
        if (length == 4095) {
            assertThat(first(archive).name()).hasSize(length);
        } else {
            assertThat(refusal(archive).kind()).isEqualTo(Kind.LIMIT);
        }
        assertThat(refusal(tar(symlink("l", "x").pax("linkpath", "n".repeat(4096))))
                        .kind())
                .isEqualTo(Kind.LIMIT);
    }

    @Test
    void limitsBoundWhatAHeaderTakes() {
        TarItem many = file("f", "");
        for (int i = 0; i < 1025; i++) {
            many.xattr("user.x" + i, new byte[1]);
        }
        assertThat(refusal(tar(many))).hasMessageContaining("more than 1024 extended attributes");
        assertThat(refusal(tar(file("f", "").xattr("user.x", new byte[(64 << 10) + 1]))))
                .hasMessageContaining("user.x takes 65537 bytes; at most 65536");
        assertThat(refusal(tar(file("f", "").pax("comment", "x".repeat(1 << 20))))
                        .kind())
                .isEqualTo(Kind.LIMIT);
        assertThat(refusal(tar(extension('L', new byte[0]).size(1L << 40))).kind())
                .isEqualTo(Kind.LIMIT);
    }

    @Test
    void entriesAreValues() {
        TarEntry entry = TarEntry.file("f", 1).withXattrs(Map.of("user.a", new byte[1]));
        assertThatThrownBy(() -> entry.xattrs().put("user.b", new byte[0]))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> TarEntry.file("f", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ImageFormatException refusal(byte[] archive) {
        ImageFormatException refusal = catchThrowableOfType(ImageFormatException.class, () -> read(archive));
        assertThat(refusal).as("the archive is refused").isNotNull();
        return refusal;
    }

    private static TarEntry first(byte[] archive) throws IOException {
        return read(archive).get(0).entry();
    }

    private static List<Read> read(byte[] archive) throws IOException {
        TarReader reader = reader(archive);
        List<Read> read = new ArrayList<>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            read.add(new Read(next.get(), new String(reader.content().readAllBytes(), UTF_8)));
        }
        return read;
    }

    private static TarReader reader(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }
}
