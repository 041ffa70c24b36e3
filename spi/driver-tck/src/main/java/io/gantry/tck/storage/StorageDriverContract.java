package io.gantry.tck.storage;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The storage suite. Each case gets a driver opened on an empty root; after it the suite checks that no mount and no lock is left, and deletes the root. Needs root privileges.
 */
public abstract class StorageDriverContract
        implements LayerStateCases,
                LayerContentCases,
                LayerAttributeCases,
                LayerTargetCases,
                LayerUsageCases,
                FullDiskCases,
                KillCases {
    private StorageBench bench;

    /** The provider under test. */
    protected abstract StorageDriverProvider provider();

    /** Daemon options to open the driver with. */
    protected Map<String, String> daemonOptions() {
        return Map.of();
    }

    /** Where the suite makes its directories; on the file system that the driver is to be tested on. */
    protected Path scratch() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** How many layers the deep case stacks. */
    @Override
    public int depth() {
        return 128;
    }

    /** A file system that the driver works on and that is soon full, for the cases of a full disk; they close it. */
    @Override
    public LoopFileSystem smallDisk() throws IOException {
        return LoopFileSystem.make(24L << 20, "", "mkfs.ext4", "-q");
    }

    /** A limit in bytes that the driver can set on a layer and that is soon reached, for the cases of bounds on layers. */
    @Override
    public long leastLimit() {
        return 4 << 20;
    }

    /** How long a single step may take on a slow machine before the suite takes it for stuck. */
    @Override
    public Duration patience() {
        return Duration.ofMinutes(2);
    }

    /**
     * All that the open driver has on disk and in the kernel, a line for each thing, sorted. When all layers are gone this must be as it was before the first one. By default the paths below
     * the root; a driver that keeps more, such as subvolumes, quota groups, datasets or devices, adds them.
     */
    @Override
    public List<String> leftovers() throws IOException {
        return bench.files();
    }

    @Override
    public final StorageBench bench() {
        return bench;
    }

    @BeforeEach
    final void openBench() throws IOException {
        bench = new StorageBench(provider(), daemonOptions(), Files.createTempDirectory(scratch(), "gantry-tck-"));
    }

    @AfterEach
    final void closeBench() {
        bench.close();
    }
}
