package io.gantry.image.tar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.KernelString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The writer's archives, read by our reader and by commons-compress, and commons-compress's archives read by ours. */
class TarRoundTripTest {
    private static final int ENTRIES = 300;

    private record Item(TarEntry entry, byte[] content) {}

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        long seed = System.nanoTime();
        List<Item> items = items(new Random(seed));
        byte[] archive = write(items);

        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        for (Item item : items) {
            TarEntry read = reader.next().orElseThrow();
            assertThat(plain(read)).as("seed %d", seed).isEqualTo(plain(item.entry()));
            assertThat(read.xattrs().keySet()).isEqualTo(item.entry().xattrs().keySet());
            item.entry()
                    .xattrs()
                    .forEach((key, value) -> assertThat(read.xattrs().get(key)).isEqualTo(value));
            assertThat(reader.content().readAllBytes()).isEqualTo(item.content());
        }
        assertThat(reader.next()).isEmpty();
        assertThat(write(items)).as("equal entries give equal bytes").isEqualTo(archive);
    }

    /** Names that are not UTF-8 and binary attributes are beyond commons-compress, so that it gets none. */
    @Test
    void commonsCompressReadsWhatWeWrite() throws IOException {
        long seed = System.nanoTime();
        List<Item> items = items(new Random(seed));
        TarArchiveInputStream oracle = new TarArchiveInputStream(new ByteArrayInputStream(write(items)), UTF_8.name());
        for (Item item : items) {
            TarEntry entry = item.entry();
            TarArchiveEntry read = oracle.getNextEntry();
            boolean utf8 = UTF_8.newEncoder().canEncode(entry.name() + entry.linkName());
            if (utf8) {
                // it adds a slash to the names of some directories
                assertThat(read.getName().replaceAll("/$", ""))
                        .as("seed %d", seed)
                        .isEqualTo(entry.name());
                assertThat(read.getLinkName()).isEqualTo(entry.linkName());
            }
            assertThat(read.getMode() & 07777).isEqualTo(entry.mode());
            assertThat(read.getLongUserId()).isEqualTo(entry.uid());
            assertThat(read.getLongGroupId()).isEqualTo(entry.gid());
            assertThat(read.getSize()).isEqualTo(entry.size());
            assertThat(read.getLastModifiedTime().toInstant())
                    .isEqualTo(Instant.ofEpochSecond(entry.mtimeSeconds(), entry.mtimeNanos()));
            assertThat(read.isSymbolicLink()).isEqualTo(entry.type() == TarType.SYMLINK);
            assertThat(read.isLink()).isEqualTo(entry.type() == TarType.HARD_LINK);
            assertThat(read.isDirectory()).isEqualTo(entry.type() == TarType.DIRECTORY);
            assertThat(read.isFIFO()).isEqualTo(entry.type() == TarType.FIFO);
            if (entry.type().isDevice()) {
                assertThat(read.getDevMajor()).isEqualTo((int) entry.deviceMajor());
                assertThat(read.getDevMinor()).isEqualTo((int) entry.deviceMinor());
            }
            assertThat(oracle.readAllBytes()).isEqualTo(item.content());
        }
        assertThat(oracle.getNextEntry()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void weReadWhatCommonsCompressWrites(boolean pax) throws IOException {
        String longName = "d/" + "nameless".repeat(40);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, UTF_8.name())) {
            out.setLongFileMode(pax ? TarArchiveOutputStream.LONGFILE_POSIX : TarArchiveOutputStream.LONGFILE_GNU);
            out.setBigNumberMode(pax ? TarArchiveOutputStream.BIGNUMBER_POSIX : TarArchiveOutputStream.BIGNUMBER_STAR);
            TarArchiveEntry file = new TarArchiveEntry(longName);
            file.setMode(0100640);
            file.setUserId(3_000_000_000L);
            file.setLastModifiedTime(FileTime.from(Instant.ofEpochSecond(1L << 34)));
            file.setSize(5);
            out.putArchiveEntry(file);
            out.write("hello".getBytes(UTF_8));
            out.closeArchiveEntry();
            TarArchiveEntry link = new TarArchiveEntry("l", TarConstants.LF_SYMLINK);
            link.setLinkName("../" + longName);
            out.putArchiveEntry(link);
            out.closeArchiveEntry();
        }
        TarReader reader = new TarReader(new ByteArrayInputStream(bytes.toByteArray()));
        TarEntry file = reader.next().orElseThrow();
        assertThat(file.name()).isEqualTo(longName);
        assertThat(file.mode()).isEqualTo(0640);
        assertThat(file.uid()).isEqualTo(3_000_000_000L);
        assertThat(file.mtimeSeconds()).isEqualTo(1L << 34);
        assertThat(reader.content().readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
        TarEntry link = reader.next().orElseThrow();
        assertThat(link.type()).isEqualTo(TarType.SYMLINK);
        assertThat(link.linkName()).isEqualTo("../" + longName);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void aSizeBeyondEightGibibytesIsWritten() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TarWriter(out).entry(TarEntry.file("big", 1L << 40));
        TarEntry read = new TarReader(new ByteArrayInputStream(out.toByteArray()))
                .next()
                .orElseThrow();
        assertThat(read.size()).isEqualTo(1L << 40);
    }

    /** The locale that has digits of its own must not get into the archive. */
    @Test
    void theLocaleDoesNotMatter() throws IOException {
        Locale before = Locale.getDefault();
        try {
            List<Item> items = List.of(new Item(TarEntry.file("f", 0).withTime(1, 5), new byte[0]));
            byte[] expected = write(items);
            Locale.setDefault(Locale.forLanguageTag("ar-u-nu-arab"));
            assertThat(write(items)).isEqualTo(expected);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void contentOfAnotherLengthThanAnnouncedIsRefused() throws IOException {
        TarWriter writer = new TarWriter(new ByteArrayOutputStream());
        writer.entry(TarEntry.file("f", 3));
        assertThatThrownBy(() -> writer.write(new byte[4], 0, 4)).isInstanceOf(IllegalStateException.class);
        writer.write(new byte[2], 0, 2);
        assertThatThrownBy(() -> writer.entry(TarEntry.file("g", 0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(writer::close).isInstanceOf(IllegalStateException.class);
    }

    private static TarEntry plain(TarEntry entry) {
        return entry.withXattrs(Map.of());
    }

    private static byte[] write(List<Item> items) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarWriter writer = new TarWriter(out)) {
            for (Item item : items) {
                writer.entry(item.entry());
                writer.write(item.content(), 0, item.content().length);
            }
        }
        return out.toByteArray();
    }

    private static List<Item> items(Random random) {
        List<TarType> types = List.of(TarType.values());
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            TarType type = types.get(random.nextInt(types.size()));
            byte[] content = new byte[type.hasContent() ? random.nextInt(3000) : 0];
            random.nextBytes(content);
            boolean link = type == TarType.SYMLINK || type == TarType.HARD_LINK;
            items.add(new Item(
                    new TarEntry(
                            name(random),
                            type,
                            link ? name(random) : "",
                            random.nextInt(010000),
                            number(random, 32),
                            number(random, 32),
                            content.length,
                            number(random, 36) - (random.nextInt(4) == 0 ? 1L << 35 : 0),
                            random.nextBoolean() ? 0 : random.nextInt(1_000_000_000),
                            type.isDevice() ? random.nextInt(1 << 20) : 0,
                            type.isDevice() ? random.nextInt(1 << 20) : 0,
                            xattrs(random)),
                    content));
        }
        return items;
    }

    private static long number(Random random, int bits) {
        return random.nextLong() >>> (64 - 1 - random.nextInt(bits));
    }

    private static String name(Random random) {
        int parts = 1 + random.nextInt(6);
        List<String> name = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 30);
            name.add(
                    switch (random.nextInt(4)) {
                        case 0 -> "é".repeat(length);
                        case 1 ->
                            KernelString.decode(new byte[] {'a', (byte) 0xE9}).repeat(length);
                        default -> "n".repeat(length);
                    });
        }
        return String.join("/", name);
    }

    private static Map<String, byte[]> xattrs(Random random) {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (int i = random.nextInt(8) - 5; i > 0; i--) {
            byte[] value = new byte[random.nextInt(200)];
            random.nextBytes(value);
            xattrs.put("user.x" + i, value);
        }
        return xattrs;
    }
}
