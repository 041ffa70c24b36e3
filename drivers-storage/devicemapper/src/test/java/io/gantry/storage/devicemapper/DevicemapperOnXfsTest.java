package io.gantry.storage.devicemapper;

import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.SmallDisk;
import java.io.IOException;
import java.util.Map;

/** The suite again with xfs in the layers. */
class DevicemapperOnXfsTest extends DevicemapperContractTest {
    @Override
    protected Map<String, String> daemonOptions() {
        return Map.of(
                DmOptions.FILE_SYSTEM, "xfs",
                DmOptions.BASE_SIZE, "320m",
                DmOptions.LOOP_DATA_SIZE, "8g",
                DmOptions.LOOP_METADATA_SIZE, "16m");
    }

    /** Kills find the same driver as on ext4; some will do. */
    @Override
    public int kills() {
        return Math.min(super.kills(), 10);
    }

    /** As for {@link #kills}. */
    @Override
    public int depth() {
        return 50;
    }

    @Override
    public int deepest() {
        return depth();
    }

    /** The smallest xfs has a log of 64 MiB, which is written when it is made. */
    @Override
    public SmallDisk smallDisk() throws IOException {
        return LoopFileSystem.make(160L << 20, "", "mkfs.ext4", "-q", "-m", "0");
    }

    @Override
    protected String backing() throws IOException {
        return super.backing().replaceFirst("ext4", "xfs");
    }
}
