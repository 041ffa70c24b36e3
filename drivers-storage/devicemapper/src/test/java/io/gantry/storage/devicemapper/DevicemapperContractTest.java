package io.gantry.storage.devicemapper;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.SmallStore;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The suite with ext4 on a pool on sparse files. */
@Tag("devicemapper")
class DevicemapperContractTest extends StorageDriverContract {
    @BeforeAll
    static void assumeDeviceMapper() {
        DeviceMapper.assume();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new DevicemapperProvider();
    }

    @Override
    protected Map<String, String> daemonOptions() {
        return Map.of(
                DmOptions.FILE_SYSTEM, "ext4",
                DmOptions.BASE_SIZE, "256m",
                DmOptions.LOOP_DATA_SIZE, "4g",
                DmOptions.LOOP_METADATA_SIZE, "16m");
    }

    @Override
    public List<String> leftovers() throws IOException {
        List<String> found = new ArrayList<>(super.leftovers());
        found.addAll(DeviceMapper.of(bench().context().root()));
        return found;
    }

    /** The pool's files fill the disk that they are on. */
    @Override
    public SmallStore smallStore() throws IOException {
        Map<String, String> small = new HashMap<>(daemonOptions());
        small.put(DmOptions.LOOP_METADATA_SIZE, "4m");
        return SmallStore.on(smallDisk(), provider(), small);
    }

    @Override
    protected String backing() throws IOException {
        return "ext4 on thin pool on " + super.backing();
    }
}
