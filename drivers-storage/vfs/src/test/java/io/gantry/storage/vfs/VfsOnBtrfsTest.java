package io.gantry.storage.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.FileSystems;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole suite again where copies share their blocks. */
class VfsOnBtrfsTest extends StorageDriverContract {
    private static LoopFileSystem btrfs;

    @BeforeAll
    static void format() throws IOException {
        btrfs = LoopFileSystem.make(512L << 20, "", "mkfs.btrfs", "-q");
    }

    @AfterAll
    static void unmount() throws IOException {
        btrfs.close();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new VfsProvider();
    }

    @Override
    public int kills() {
        return Math.min(super.kills(), 20);
    }

    @Override
    protected Path scratch() {
        return btrfs.path();
    }

    @Override
    public int depth() {
        return 20;
    }

    @Test
    void copiesTakeNoSpaceOfTheirOwn() throws IOException {
        byte[] noise = new byte[100 << 20];
        new Random(1).nextBytes(noise);
        bench().base("base", root -> Files.write(root.resolve("big"), noise));
        long before = FileSystems.info(scratch()).freeBytes();
        for (int i = 0; i < 5; i++) {
            bench().prepare("copy" + i, "base");
        }
        long taken = before - FileSystems.info(scratch()).freeBytes();

        assertThat(taken).isLessThan(50L << 20);
        assertThat(bench().driver().status()).contains(new StatusRow("Copy Method", "reflink"));
        bench().in("copy4", root -> assertThat(root.resolve("big")).hasBinaryContent(noise));
    }
}
