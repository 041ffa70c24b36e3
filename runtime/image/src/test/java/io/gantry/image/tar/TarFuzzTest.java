package io.gantry.image.tar;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.extension;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.paxRecord;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.Tars.tar;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.gantry.image.ImageFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever an archive is, reading it ends, and ends with an entry, the end, or a refusal. */
class TarFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final int[] CHECKSUM = {148, 156};

    @Test
    void damagedArchivesAreReadOrRefused() {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] good = archive();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bad = mutate(good, random);
            try {
                assertThat(drain(bad)).isLessThanOrEqualTo(bad.length / TarReader.BLOCK);
            } catch (ImageFormatException e) {
                assertThat(e.getMessage()).isNotBlank();
                refused++;
            } catch (IOException | RuntimeException e) {
                fail("round " + round + " of -Dfuzz.seed=" + seed, e);
            }
        }
        assertThat(refused).as("refused with -Dfuzz.seed=%d", seed).isPositive().isLessThan(ROUNDS);
    }

    private static byte[] archive() {
        return tar(
                extension('g', paxRecord("comment", "x".getBytes(UTF_8))),
                dir("d/"),
                file("d/f", "hello").xattr("security.capability", new byte[] {1, (byte) 0x80, 0}),
                file("d/long", "x".repeat(700))
                        .pax("path", "d/" + "n".repeat(120))
                        .pax("mtime", "1.5"),
                extension('L', ("d/" + "m".repeat(120) + "\0").getBytes(UTF_8)),
                symlink("d/mmm", "f"),
                hardLink("h", "d/f").pax("LIBARCHIVE.xattr.user.a", "gP8"),
                file("last", "").owner(1L << 30, 5));
    }

    private static byte[] mutate(byte[] good, Random random) {
        byte[] bad = good.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bad.length);
            switch (random.nextInt(4)) {
                case 0 -> bad[at] = (byte) random.nextInt(256);
                case 1 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                case 2 ->
                    Arrays.fill(bad, at, Math.min(bad.length, at + random.nextInt(20)), (byte) random.nextInt(256));
                default -> bad = random.nextInt(8) == 0 ? Arrays.copyOf(bad, 1 + at) : bad;
            }
        }
        if (random.nextInt(3) > 0) {
            repairChecksums(bad);
        }
        return bad;
    }

    /** Damage behind a right checksum gets further. */
    private static void repairChecksums(byte[] archive) {
        for (int start = 0; start + TarReader.BLOCK <= archive.length; start += TarReader.BLOCK) {
            boolean header =
                    new String(archive, start + 257, 5, java.nio.charset.StandardCharsets.ISO_8859_1).equals("ustar");
            if (header) {
                Arrays.fill(archive, start + CHECKSUM[0], start + CHECKSUM[1], (byte) ' ');
                int sum = 0;
                for (int i = start; i < start + TarReader.BLOCK; i++) {
                    sum += archive[i] & 0xFF;
                }
                byte[] block = new byte[8];
                TarNumbers.writeOctal(block, 0, 7, sum);
                System.arraycopy(block, 0, archive, start + CHECKSUM[0], 7);
            }
        }
    }

    private static int drain(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        int entries = 0;
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            EntryPath.clean(next.get().name());
            reader.content().readAllBytes();
            entries++;
        }
        return entries;
    }
}
