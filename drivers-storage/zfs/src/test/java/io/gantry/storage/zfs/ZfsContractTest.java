package io.gantry.storage.zfs;

import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.SmallDisk;
import io.gantry.tck.storage.Damage;
import io.gantry.tck.storage.StorageBench;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The whole suite on a pool of its own, where the kernel has OpenZFS. */
@Tag("zfs")
class ZfsContractTest extends StorageDriverContract {
    private static ZfsPool pool;

    @BeforeAll
    static void make() throws IOException {
        ZfsPool.assumeZfs();
        pool = ZfsPool.make(4L << 30);
    }

    @AfterAll
    static void destroy() throws IOException {
        if (pool != null) {
            pool.close();
        }
    }

    @Override
    protected StorageDriverProvider provider() {
        return new ZfsProvider();
    }

    @Override
    protected Path scratch() {
        return pool.path();
    }

    @Override
    public SmallDisk smallDisk() throws IOException {
        return ZfsPool.make(64L << 20);
    }

    /** An emulated machine takes a second for each. */
    @Override
    public int deepest() {
        return System.getProperty("gantry.lab") == null ? super.deepest() : 150;
    }

    /** For the same reason. */
    @Override
    public Duration patience() {
        return System.getProperty("gantry.lab") == null ? super.patience() : Duration.ofMinutes(12);
    }

    @Override
    public List<String> leftovers() throws IOException {
        List<String> all = new ArrayList<>(super.leftovers());
        all.addAll(pool.datasets(pool.name()));
        return all;
    }

    @Override
    public List<Damage> damages() {
        List<Damage> damages = new ArrayList<>(super.damages());
        damages.add(new Damage(
                "the dataset of an active layer is gone",
                Kind.UNMOUNTABLE,
                Damage.About.FREE,
                (bench, layers) -> pool.run("zfs", "destroy", "-r", dataset(bench, layers.free()))));
        damages.add(new Damage(
                "the dataset of a layer beneath is gone",
                Kind.UNMOUNTABLE,
                Damage.About.BASE,
                (bench, layers) -> pool.run("zfs", "destroy", "-R", dataset(bench, layers.base()))));
        damages.add(new Damage(
                "a dataset that is no layer's",
                Kind.UNACCOUNTED,
                Damage.About.NONE,
                (bench, layers) ->
                        pool.run("zfs", "create", dataset(bench, layers.base()).replaceFirst("[^/]*$", "nobodys2"))));
        return damages;
    }

    private static String dataset(StorageBench bench, LayerId layer) throws IOException {
        String key = bench.record(layer).getFileName().toString();
        return pool.datasets(pool.name()).stream()
                .filter(name -> name.endsWith("/" + key))
                .findFirst()
                .orElseThrow();
    }
}
