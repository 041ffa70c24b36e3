package io.gantry.storage.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is vfs's own, on the machine's file system. */
class VfsDriverTest {
    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new VfsProvider(), Map.of(), Files.createTempDirectory("gantry-vfs-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void aCopyThatWasInterruptedIsSweptOnOpening() throws IOException {
        bench.base("base", root -> Files.writeString(root.resolve("f"), "kept"));
        Path root = bench.context().root();
        bench.driver().close();
        Files.createDirectories(root.resolve("layers/halfcopy/fs/usr"));
        Files.createDirectories(root.resolve("layers/halfcopy/links"));

        bench.reopen();
        bench.driver().cleanup();

        assertThat(root.resolve("layers/halfcopy")).doesNotExist();
        assertThat(root.resolve("trash")).isEmptyDirectory();
        assertThat(bench.driver().layers()).extracting(LayerInfo::id).containsExactly(LayerId.of("base"));
    }

    @Test
    void aCopyTakesItsWholeSizeByItself() throws IOException {
        bench.base("base", root -> Files.write(root.resolve("big"), new byte[1 << 20]));
        bench.prepare("x", "base");

        assertThat(bench.driver().usage(LayerId.of("x")).bytes()).isGreaterThanOrEqualTo(1 << 20);
        assertThat(bench.driver().usage(LayerId.of("x")).inodes()).isEqualTo(1);
    }

    @Test
    void aSizeWithoutQuotasIsRefusedInDockersWords() {
        assertThatThrownBy(() -> bench.driver()
                        .prepare(LayerId.of("x"), Optional.empty(), bench.layerOptions(Map.of("size", "1g"))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("Filesystem does not support, or has not enabled quotas");
    }
}
