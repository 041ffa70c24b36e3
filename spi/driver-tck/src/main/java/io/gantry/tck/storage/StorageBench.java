package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.DriverException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.WhiteoutDialect;
import io.gantry.spi.storage.support.LayerDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A driver opened on a root of its own, and short words for what a test does with it. Thread-safe but for {@link #reopen} and {@link #close}. */
public final class StorageBench implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StorageBench.class.getName());

    private final StorageDriverProvider provider;
    private final Path base;
    private final StorageContext context;
    private StorageDriver driver;
    private final AtomicInteger mounts = new AtomicInteger();

    /** Something done with a mounted layer. */
    @FunctionalInterface
    public interface Work {
        /** Does it; {@code root} is where the layer is mounted. */
        void in(Path root) throws IOException;
    }

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    /**
     * Opens the driver.
     *
     * @param base an empty directory, deleted on {@link #close}
     */
    public StorageBench(StorageDriverProvider provider, Map<String, String> daemonOptions, Path base)
            throws IOException {
        this.provider = provider;
        this.base = base.toRealPath();
        Options options = Options.parse(
                "storage driver " + provider.name(), provider.options(), OptionSpec.Scope.DAEMON, daemonOptions);
        context = new Context(
                Files.createDirectory(this.base.resolve("root")),
                Files.createDirectory(this.base.resolve("run")),
                options);
        Files.createDirectory(this.base.resolve("mounts"));
        driver = provider.open(context);
    }

    /** The driver. */
    public StorageDriver driver() {
        return driver;
    }

    /** Its provider. */
    public StorageDriverProvider provider() {
        return provider;
    }

    /** What it was opened with. */
    public StorageContext context() {
        return context;
    }

    /** Closes the driver and opens it again on the same root. */
    public StorageDriver reopen() {
        driver.close();
        driver = provider.open(context);
        return driver;
    }

    /** An active layer without parent. */
    public LayerInfo prepare(String id) {
        return driver.prepare(LayerId.of(id), Optional.empty(), LayerOptions.none());
    }

    /** An active layer on a committed one. */
    public LayerInfo prepare(String id, String parent) {
        return driver.prepare(LayerId.of(id), Optional.of(LayerId.of(parent)), LayerOptions.none());
    }

    /** Options of scope OBJECT as the engine would hand them over. */
    public LayerOptions layerOptions(Map<String, String> given) {
        return new LayerOptions(
                Options.parse(provider.name(), provider.options(), OptionSpec.Scope.OBJECT, given), Map.of());
    }

    /** A committed layer without parent, with content. */
    public LayerInfo base(String name, Work content) throws IOException {
        prepare(name + ".new");
        in(name + ".new", content);
        return driver.commit(LayerId.of(name + ".new"), LayerId.of(name));
    }

    /** A committed layer on another, with changes. */
    public LayerInfo layer(String name, String parent, Work changes) throws IOException {
        prepare(name + ".new", parent);
        in(name + ".new", changes);
        return driver.commit(LayerId.of(name + ".new"), LayerId.of(name));
    }

    /** Does something in an active layer or a view while it is mounted. */
    public void in(String id, Work work) throws IOException {
        try (LayerMount mount = mount(id)) {
            work.in(mount.path());
        }
    }

    /** Looks at a committed layer through a view that is removed afterwards. */
    public void look(String committed, Work look) throws IOException {
        LayerId view = LayerId.of(committed + ".look");
        driver.view(view, LayerId.of(committed));
        in(view.value(), look);
        driver.remove(view);
    }

    /** Work on the place where an active layer is applied. */
    @FunctionalInterface
    public interface Application {
        /** Does it. */
        void to(LayerTarget target) throws IOException;
    }

    /** Does something in an active layer as the engine applies a layer: in the directory that the driver names, or where the layer is mounted. */
    public void apply(String id, Application work) throws IOException {
        Optional<LayerTarget> target = driver.layerTarget(LayerId.of(id));
        if (target.isPresent()) {
            work.to(target.get());
        } else {
            in(id, root -> work.to(new LayerTarget(root, WhiteoutDialect.DIRECT, List.of())));
        }
    }

    /** Makes other mounts than those of {@link StorageDriver#mounts}. */
    public LayerMount mount(List<MountSpec> specs) throws IOException {
        Path target = Files.createDirectory(base.resolve("mounts").resolve("m" + mounts.getAndIncrement()));
        return LayerMount.make(specs, target);
    }

    /** Mounts an active layer or a view. */
    public LayerMount mount(String id) throws IOException {
        return mount(driver.mounts(LayerId.of(id)));
    }

    /**
     * A layer's file, named by its key, in the catalogue of a driver that keeps one by {@link io.gantry.spi.storage.support.LayerCatalog}. Found by what it says, since only the driver knows
     * the key.
     */
    public Path record(LayerId layer) throws IOException {
        try (Stream<Path> records = Files.list(context.root().resolve("catalog"))) {
            for (Path record : records.toList()) {
                if (Files.readAllLines(record).contains("id=" + layer)) {
                    return record;
                }
            }
        }
        throw new IllegalStateException("no record of layer " + layer);
    }

    /** The paths below the driver's root, sorted, without what a probe that was killed left there to be discarded later. */
    public List<String> files() throws IOException {
        try (Stream<Path> paths = Files.walk(context.root())) {
            return paths.map(path -> context.root().relativize(path).toString())
                    .filter(path -> !path.startsWith(LayerDirectories.TRIAL))
                    .sorted()
                    .toList();
        }
    }

    /** Removes all layers, closes the driver, deletes its root, and fails if a mount is left below it. */
    @Override
    public void close() {
        try {
            removeLayers();
            driver.close();
            assertThat(MountTable.read().beneath(base))
                    .as("mounts that the test left behind")
                    .isEmpty();
        } finally {
            Mounts.detach(base);
            try (OpenDirectory parent = OpenDirectory.open(base.getParent())) {
                parent.removeTree(base.getFileName().toString());
            }
        }
    }

    /** By the driver, since layers may be elsewhere than in its root, or such that nobody else can delete them. */
    private void removeLayers() {
        driver.close();
        try {
            driver = provider.open(context);
        } catch (DriverException e) {
            LOG.log(System.Logger.Level.DEBUG, "nothing to remove in a root that cannot be opened", e);
            return;
        }
        List<LayerInfo> childrenFirst = new ArrayList<>(driver.layers());
        Collections.reverse(childrenFirst);
        childrenFirst.forEach(layer -> driver.remove(layer.id()));
        driver.cleanup();
    }
}
