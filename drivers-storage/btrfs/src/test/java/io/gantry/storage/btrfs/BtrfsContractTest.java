package io.gantry.storage.btrfs;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class BtrfsContractTest extends StorageDriverContract {
    private static LoopFileSystem btrfs;

    @BeforeAll
    static void format() throws IOException {
        btrfs = LoopFileSystem.make(1L << 30, "", "mkfs.btrfs", "-q");
    }

    @AfterAll
    static void unmount() throws IOException {
        btrfs.close();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new BtrfsProvider();
    }

    @Override
    protected Path scratch() {
        return btrfs.path();
    }

    @Override
    public LoopFileSystem smallDisk() throws IOException {
        return LoopFileSystem.make(32L << 20, "", "mkfs.btrfs", "-q", "--mixed");
    }
}
