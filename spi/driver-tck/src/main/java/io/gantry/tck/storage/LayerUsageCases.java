package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What layers take, and bounds on it. */
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

    @Test
    default void aSizeIsHonouredOrRefusedInWords() throws IOException {
        boolean declared = bench().provider().options().stream()
                .anyMatch(option -> option.key().equals("size") && option.scope() == OptionSpec.Scope.OBJECT);
        Optional<QuotaController> quotas = bench().driver().capability(QuotaController.class);
        if (!declared) {
            assertThat(quotas).isEmpty();
            return;
        }
        var limited = bench().layerOptions(Map.of("size", "4m"));
        if (quotas.isEmpty()) {
            assertThatThrownBy(() -> bench().driver().prepare(id("x"), Optional.empty(), limited))
                    .isInstanceOf(UnsupportedException.class);
            assertThat(bench().driver().layers()).isEmpty();
            return;
        }
        LayerInfo layer = bench().driver().prepare(id("x"), Optional.empty(), limited);
        assertThat(quotas.get().limit(layer.id())).contains(4L << 20);
        bench().in("x", root -> {
            Files.write(root.resolve("fits"), noise(2 << 20));
            assertThatThrownBy(() -> Files.write(root.resolve("too-big"), noise(4 << 20)))
                    .isInstanceOf(IOException.class);
        });
        quotas.get().limit(layer.id(), 16L << 20);
        assertThat(quotas.get().limit(layer.id())).contains(16L << 20);
        bench().in(
                        "x",
                        root -> assertThat(Files.write(root.resolve("too-big"), noise(4 << 20)))
                                .hasSize(4 << 20));
        bench().prepare("unlimited");
        assertThat(quotas.get().limit(id("unlimited"))).isEmpty();
        assertThatThrownBy(() -> quotas.get().limit(id("x"), 0)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> quotas.get().limit(id("nobody"), 1)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> quotas.get().limit(id("nobody"))).isInstanceOf(NotFoundException.class);
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
