package io.gantry.storage.overlay;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The whole suite again on xfs. */
class OverlayOnXfsTest extends StorageDriverContract {
    private static LoopFileSystem xfs;

    @BeforeAll
    static void format() throws IOException {
        xfs = LoopFileSystem.xfs(400L << 20);
    }

    @AfterAll
    static void unmount() throws IOException {
        xfs.close();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new OverlayProvider();
    }

    @Override
    public int kills() {
        return Math.min(super.kills(), 20);
    }

    @Override
    protected Path scratch() {
        return xfs.path();
    }
}
