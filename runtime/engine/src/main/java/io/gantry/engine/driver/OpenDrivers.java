package io.gantry.engine.driver;

import io.gantry.engine.EngineConfig;
import io.gantry.engine.catalogue.Choice;
import io.gantry.engine.catalogue.DriverCatalogue;
import io.gantry.engine.catalogue.DriverKind;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeDriverProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens drivers on first use and keeps them open. Safe for use by many threads. */
public final class OpenDrivers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDrivers.class);

    private final DriverCatalogue catalogue;
    private final StorageOptions storageOptions;
    private final EngineContexts contexts;
    private final Map<DriverKind, Map<String, Object>> open = new EnumMap<>(DriverKind.class);
    private final Supplier<Choice<StorageDriverProvider>> defaultStorage;
    private final Supplier<Choice<FirewallProvider>> defaultFirewall;
    private final Supplier<Choice<VolumeDriverProvider>> defaultVolume;
    private final EngineConfig config;

    /** Nothing is opened yet. */
    public OpenDrivers(DriverCatalogue catalogue, EngineConfig config) {
        this.catalogue = catalogue;
        this.config = config;
        this.storageOptions = new StorageOptions(catalogue, config.storageOptions());
        this.contexts = new EngineContexts(config, storageOptions, this::firewall);
        config.storageRoots().keySet().forEach(catalogue::storage);
        this.defaultStorage = once(() -> catalogue.defaultStorage(contexts::storage));
        this.defaultFirewall = once(() -> catalogue.defaultFirewall(contexts::firewall));
        this.defaultVolume = once(() -> catalogue.defaultVolume(contexts::volume));
        for (DriverKind kind : DriverKind.values()) {
            open.put(kind, Collections.synchronizedMap(new LinkedHashMap<>()));
        }
    }

    /** The name of the storage driver to use where none is named. */
    public String defaultStorage() {
        return config.storageDriver()
                .orElseGet(() -> defaultStorage.get().provider().name());
    }

    /** The name of the volume driver to use where none is named. */
    public String defaultVolume() {
        return defaultVolume.get().provider().name();
    }

    /** A storage driver. */
    public StorageDriver storage(String name) {
        return open(DriverKind.STORAGE, name, StorageDriver.class, () -> {
            StorageDriver driver = checked(catalogue.storage(name), contexts::storage);
            driver.warnings().forEach(warning -> LOG.warn("storage driver {}: {}", name, warning));
            return driver;
        });
    }

    /** The storage drivers that may have layers: those that are open, and those whose root is not empty, be it that they are not installed any more. Sorted. */
    public Set<String> storageInUse() {
        Set<String> names = new TreeSet<>(openStorage().keySet());
        Set<String> known = new TreeSet<>(catalogue.names(DriverKind.STORAGE));
        try (Stream<Path> roots = Files.list(config.storage())) {
            roots.forEach(root -> known.add(root.getFileName().toString()));
        } catch (IOException e) {
            LOG.debug("no storage driver has a root yet", e);
        }
        known.stream().filter(name -> isFilled(config.storageRoot(name))).forEach(names::add);
        return names;
    }

    /** What a new file system has, and what probes make for a moment. */
    private static boolean isPassing(String name) {
        return name.equals("lost+found") || name.startsWith(LayerDirectories.TRIAL);
    }

    private static boolean isFilled(Path root) {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.anyMatch(entry -> !isPassing(entry.getFileName().toString()));
        } catch (IOException e) {
            LOG.debug("{} holds no layers", root, e);
            return false;
        }
    }

    /** A network driver. */
    public NetworkDriver network(String name) {
        return open(
                DriverKind.NETWORK,
                name,
                NetworkDriver.class,
                () -> checked(catalogue.network(name), contexts::network));
    }

    /** An IPAM driver. */
    public IpamDriver ipam(String name) {
        return open(DriverKind.IPAM, name, IpamDriver.class, () -> checked(catalogue.ipam(name), contexts::ipam));
    }

    /** A volume driver. */
    public VolumeDriver volume(String name) {
        return open(
                DriverKind.VOLUME, name, VolumeDriver.class, () -> checked(catalogue.volume(name), contexts::volume));
    }

    /** The firewall. */
    public FirewallBackend firewall() {
        String name = config.firewall()
                .orElseGet(() -> defaultFirewall.get().provider().name());
        return open(
                DriverKind.FIREWALL,
                name,
                FirewallBackend.class,
                () -> checked(catalogue.firewall(name), contexts::firewall));
    }

    /** The storage drivers that are open, by name. */
    public Map<String, StorageDriver> openStorage() {
        Map<String, Object> drivers = open.get(DriverKind.STORAGE);
        Map<String, StorageDriver> copy = new LinkedHashMap<>();
        synchronized (drivers) {
            drivers.forEach((name, driver) -> copy.put(name, (StorageDriver) driver));
        }
        return copy;
    }

    /** The catalogue. */
    public DriverCatalogue catalogue() {
        return catalogue;
    }

    /** What a user gave for one layer, checked. */
    public Options storageOptions(String driver, Map<String, String> given) {
        return parse("storage driver " + driver, catalogue.storage(driver).options(), OptionSpec.Scope.OBJECT, given);
    }

    /** Opens the default storage driver, which must know all options that the user gave for it. */
    public StorageDriver chosenStorage() {
        String name = defaultStorage();
        Options options = storageOptions.ofDefault(catalogue.storage(name));
        LOG.debug("options of the storage driver {}: {}", name, options);
        return storage(name);
    }

    /** What a user gave for one network, checked. */
    public Options networkOptions(String driver, Map<String, String> given) {
        return parse("network driver " + driver, catalogue.network(driver).options(), OptionSpec.Scope.OBJECT, given);
    }

    /** What a user gave for one endpoint, checked. */
    public Options endpointOptions(String driver, Map<String, String> given) {
        return parse("network driver " + driver, catalogue.network(driver).options(), OptionSpec.Scope.ENDPOINT, given);
    }

    /** What a user gave for one pool, checked. */
    public Options ipamOptions(String driver, Map<String, String> given) {
        return parse("IPAM driver " + driver, catalogue.ipam(driver).options(), OptionSpec.Scope.OBJECT, given);
    }

    /** What a user gave for one volume, checked. */
    public Options volumeOptions(String driver, Map<String, String> given) {
        return parse("volume driver " + driver, catalogue.volume(driver).options(), OptionSpec.Scope.OBJECT, given);
    }

    /** All drivers, those that do not work included, with the reasons. */
    public List<DriverReport> report() {
        Map<DriverKind, String> defaults = new EnumMap<>(DriverKind.class);
        nameOf(this::defaultStorage).ifPresent(name -> defaults.put(DriverKind.STORAGE, name));
        nameOf(this::defaultVolume).ifPresent(name -> defaults.put(DriverKind.VOLUME, name));
        nameOf(() -> config.firewall()
                        .orElseGet(() -> defaultFirewall.get().provider().name()))
                .ifPresent(name -> defaults.put(DriverKind.FIREWALL, name));
        return catalogue.report(contexts, defaults);
    }

    @Override
    public void close() {
        List<DriverKind> order = List.of(
                DriverKind.NETWORK, DriverKind.FIREWALL, DriverKind.IPAM, DriverKind.VOLUME, DriverKind.STORAGE);
        for (DriverKind kind : order) {
            List<Object> drivers;
            synchronized (open.get(kind)) {
                drivers = new ArrayList<>(open.get(kind).values());
                open.get(kind).clear();
            }
            drivers.forEach(driver -> close(kind, driver));
        }
        catalogue.close();
    }

    private static void close(DriverKind kind, Object driver) {
        try {
            ((AutoCloseable) driver).close();
        } catch (Exception e) {
            LOG.warn("cannot close a {}", kind.noun(), e);
        }
    }

    private <D> D open(DriverKind kind, String name, Class<D> type, Supplier<D> opener) {
        Map<String, Object> drivers = open.get(kind);
        synchronized (drivers) {
            Object driver = drivers.get(name);
            if (driver == null) {
                driver = opener.get();
                drivers.put(name, driver);
                LOG.info("opened {} {}", kind.noun(), name);
            }
            return type.cast(driver);
        }
    }

    private static <C extends DriverContext, D, P extends DriverProvider<C, D>> D checked(
            P provider, Function<P, C> contexts) {
        C context = contexts.apply(provider);
        Probe probe = provider.probe(context);
        if (probe instanceof Probe.Unsupported no) {
            throw new UnsupportedException(new Problem("use the driver " + provider.name(), no.detail(), no.remedy()));
        }
        return provider.open(context);
    }

    private static Options parse(
            String owner, List<OptionSpec> specs, OptionSpec.Scope scope, Map<String, String> given) {
        return Options.parse(owner, specs, scope, given);
    }

    private static Optional<String> nameOf(Supplier<String> name) {
        try {
            return Optional.of(name.get());
        } catch (UnsupportedException e) {
            LOG.debug("no default", e);
            return Optional.empty();
        }
    }

    private static <T> Supplier<T> once(Supplier<T> supplier) {
        return new Supplier<>() {
            private T value;

            @Override
            public synchronized T get() {
                if (value == null) {
                    value = supplier.get();
                }
                return value;
            }
        };
    }
}
