package io.gantry.tck.storage;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A process that makes, looks at and removes layers until somebody kills it, and tells on standard output what it has done: {@code committed NAME},
 * {@code removing NAME}, {@code removed NAME}. Layers stand on each other in chains; each holds a file of its own name.
 */
final class LayerChurn {
    private static final int CHAIN = 5;

    private final StorageDriver driver;
    private final Path place;
    private final String prefix;
    private final Deque<String> chain = new ArrayDeque<>();
    private int made;

    private LayerChurn(StorageDriver driver, Path place, String prefix) {
        this.driver = driver;
        this.place = place;
        this.prefix = prefix;
    }

    /** The provider's class, the driver's root, its run directory, and what the names of layers begin with. */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        StorageDriverProvider provider = Class.forName(arguments[0])
                .asSubclass(StorageDriverProvider.class)
                .getDeclaredConstructor()
                .newInstance();
        Options options = Options.parse(provider.name(), provider.options(), OptionSpec.Scope.DAEMON, Map.of());
        StorageContext context = new Context(Path.of(arguments[1]), Path.of(arguments[2]), options);
        try (StorageDriver driver = provider.open(context)) {
            LayerChurn churn =
                    new LayerChurn(driver, Files.createTempDirectory(context.runDirectory(), "place-"), arguments[3]);
            // What is mounted here is gone when the process is.
            Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
                while (true) {
                    churn.turn();
                }
            });
        }
    }

    static String content(String name) {
        return name.repeat(5000);
    }

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    private void turn() throws IOException {
        if (chain.size() == CHAIN) {
            while (!chain.isEmpty()) {
                remove(chain.pop());
            }
            driver.cleanup();
        }
        String name = prefix + made++;
        LayerId active = LayerId.of(name + "-new");
        driver.prepare(active, Optional.ofNullable(chain.peek()).map(LayerId::of), LayerOptions.none());
        write(active, name);
        driver.commit(active, LayerId.of(name));
        chain.push(name);
        tell("committed " + name);
        LayerId view = LayerId.of(name + "-view");
        driver.view(view, LayerId.of(name));
        driver.mounts(view);
        driver.remove(view);
    }

    private void write(LayerId active, String name) throws IOException {
        Optional<LayerTarget> target = driver.layerTarget(active);
        if (target.isPresent()) {
            Files.writeString(target.get().directory().resolve(name), content(name));
            return;
        }
        try (LayerMount mount = LayerMount.make(driver.mounts(active), place)) {
            Files.writeString(mount.path().resolve(name), content(name));
        }
    }

    private void remove(String name) {
        // One chain in three stays.
        if (made % (3 * CHAIN) != 0) {
            tell("removing " + name);
            driver.remove(LayerId.of(name));
            tell("removed " + name);
        }
    }

    private static void tell(String what) {
        System.out.println(what);
        System.out.flush();
    }
}
