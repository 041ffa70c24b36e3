package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What layers take. */
interface LayerUsageCases extends StorageCases {
    @Test
    default void usageCountsALayersOwnBytesAndEntries() throws IOException {
        bench().prepare("x");
        Usage empty = bench().driver().usage(id("x"));
        bench().in("x", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.write(root.resolve("d/big"), noise(1 << 20));
            Files.createLink(root.resolve("d/again"), root.resolve("d/big"));
        });
        Usage full = bench().driver().usage(id("x"));
        bench().driver().commit(id("x"), id("base"));

        assertThat(full.bytes() - empty.bytes()).isBetween(1L << 20, (1L << 20) + 64 * 1024);
        assertThat(full.inodes() - empty.inodes()).isEqualTo(2);
        assertThat(bench().driver().usage(id("base"))).isEqualTo(full);
        assertThat(bench().driver().usage(id("base"))).isEqualTo(full);
    }

    @Test
    default void aViewTakesNothing() throws IOException {
        bench().base("base", root -> Files.write(root.resolve("big"), noise(1 << 20)));
        bench().driver().view(id("v"), id("base"));

        assertThat(bench().driver().usage(id("v")).bytes()).isLessThan(64 * 1024);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
