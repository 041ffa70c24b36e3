package io.gantry.engine;

import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.catalogue.DriverCatalogue;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.engine.catalogue.PluginPath;
import io.gantry.engine.check.StorageChecks;
import io.gantry.engine.container.ContainerService;
import io.gantry.engine.container.ContainersSetup;
import io.gantry.engine.dns.DnsServer;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.name.Ids;
import io.gantry.engine.network.NetworkService;
import io.gantry.engine.network.Sandboxes;
import io.gantry.engine.state.StateDatabase;
import io.gantry.engine.volume.VolumeService;
import io.gantry.image.store.ContentStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine on this host. */
final class LocalEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(LocalEngine.class);

    private final EngineConfig config;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final OpenDrivers drivers;
    private final EventLog events = new EventLog();
    private final ImageService images;
    private final VolumeService volumes;
    private final NetworkService networks;
    private final ContainerService containers;
    private final StorageChecks checks;
    private final HostFacts facts;

    private LocalEngine(EngineConfig config) throws IOException {
        this.config = config;
        try {
            make(config.dataRoot());
            make(config.runRoot());
            StateDatabase state = opened(StateDatabase.open(config.dataRoot().resolve("state.db")));
            Ids ids = new Ids();
            this.drivers = opened(new OpenDrivers(DriverCatalogue.load(PluginPath.of(config.pluginPath())), config));
            openChosen();
            ContentStore content = ContentStore.open(config.dataRoot().resolve("content"));
            this.images = new ImageService(state, content, events);
            this.volumes = new VolumeService(state, drivers, events, ids);
            this.networks = new NetworkService(state, drivers, events, ids, config.hostNamespace());
            boolean ownNamespace = config.hostNamespace().equals(EngineConfig.OWN_NAMESPACE);
            DnsServer dns = opened(new DnsServer(config.hostNamespace(), ownNamespace));
            Sandboxes sandboxes = opened(new Sandboxes(networks, ids, config.hostNamespace(), ownNamespace, dns));
            images.collect();
            this.containers = new ContainersSetup(
                            config, state, drivers, content, images, volumes, networks, sandboxes, events, ids)
                    .open();
            opened(containers::close);
            this.checks = new StorageChecks(drivers, containers.storage(), images.inventory());
            this.facts = HostFacts.open(state, ids, containers::versions);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A driver that the user chose for this engine must work: that it does not is told at once, and not by the first container. */
    private void openChosen() {
        if (config.storageDriver().isPresent() || !config.storageOptions().isEmpty()) {
            drivers.chosenStorage();
        }
        if (config.firewall().isPresent()) {
            drivers.firewall();
        }
    }

    static Engine open(EngineConfig config) {
        try {
            return new LocalEngine(config);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot open an engine on " + config.dataRoot() + ": " + e.getMessage(),
                    e);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private static void make(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Networks networks() {
        return networks;
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public Checks checks() {
        return checks;
    }

    @Override
    public Events events() {
        return events;
    }

    @Override
    public List<DriverReport> drivers() {
        return drivers.report();
    }

    @Override
    public EngineInfo info() {
        List<Container> all = containers.list();
        return facts.info(
                config,
                drivers,
                new HostFacts.Counts(
                        count(all, Status.RUNNING),
                        count(all, Status.PAUSED),
                        all.size() - count(all, Status.RUNNING) - count(all, Status.PAUSED),
                        images.list().size()));
    }

    private static int count(List<Container> all, Status status) {
        return (int) all.stream()
                .filter(container -> container.state().status() == status)
                .count();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("cannot close {}", part, e);
            }
        }
    }
}
