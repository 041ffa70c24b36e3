package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.SmallDisk;
import io.gantry.tck.storage.Damage;
import io.gantry.tck.storage.SmallStore;
import io.gantry.tck.storage.StorageBench;
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

    @Override
    public List<Damage> damages() {
        List<Damage> damages = new ArrayList<>(super.damages());
        damages.add(new Damage(
                "the device of a layer is gone",
                Kind.UNMOUNTABLE,
                Damage.About.TOP,
                (bench, layers) -> inPool(bench, pool -> pool.delete(device(bench, layers.top())))));
        damages.add(new Damage(
                "the device of a layer beneath is gone",
                Kind.UNMOUNTABLE,
                Damage.About.BASE,
                (bench, layers) -> inPool(bench, pool -> pool.delete(device(bench, layers.base())))));
        damages.add(new Damage(
                "a device without a file system", Kind.UNMOUNTABLE, Damage.About.TOP, (bench, layers) -> {
                    int device = device(bench, layers.top());
                    inPool(bench, pool -> {
                        pool.delete(device);
                        assertThat(pool.create(device)).isTrue();
                    });
                }));
        damages.add(new Damage(
                "a device that is no layer's",
                Kind.UNACCOUNTED,
                Damage.About.NONE,
                (bench, layers) ->
                        inPool(bench, pool -> assertThat(pool.create(40)).isTrue())));
        return damages;
    }

    private static int device(StorageBench bench, LayerId layer) throws IOException {
        String key = bench.record(layer).getFileName().toString();
        return ThinIds.open(bench.context().root()).find(key).orElseThrow().id();
    }

    /** Something done with the pool behind the driver's back. */
    private interface Harm {
        void to(ThinPool pool) throws IOException;
    }

    private static void inPool(StorageBench bench, Harm harm) throws IOException {
        try (DmControl control = DmControl.open()) {
            harm.to(ThinPool.of(control, ThinDevices.prefix(bench.context().root()) + "-pool"));
        }
    }

    @Override
    public SmallDisk smallDisk() throws IOException {
        return LoopFileSystem.make(24L << 20, "", "mkfs.ext4", "-q", "-m", "0");
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
