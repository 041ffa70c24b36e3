package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.Containers.Created;
import io.gantry.engine.CreateContainer;
import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.MountPoint;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.log.LogOptions;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.name.Ids;
import io.gantry.engine.volume.VolumeService;
import io.gantry.image.Image;
import io.gantry.image.Platform;
import io.gantry.spi.NotFoundException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes containers, whole or not at all. */
final class Creator {
    private static final Logger LOG = LoggerFactory.getLogger(Creator.class);
    private static final String DRIVER = "gantry.driver";

    private final ContainerStore store;
    private final Layout layout;
    private final OpenDrivers drivers;
    private final ImageService images;
    private final VolumeService volumes;
    private final ContainerNetworks networks;
    private final ContainerLinks links;
    private final RootFileSystems roots;
    private final VolumeMounts volumeMounts;
    private final Ids ids;
    private final String runtime;

    /**
     * @param runtime the name of the OCI runtime that runs all containers
     */
    Creator(
            ContainerStore store,
            Layout layout,
            OpenDrivers drivers,
            ImageService images,
            VolumeService volumes,
            ContainerNetworks networks,
            ContainerLinks links,
            RootFileSystems roots,
            Ids ids,
            String runtime) {
        this.store = store;
        this.layout = layout;
        this.drivers = drivers;
        this.images = images;
        this.volumes = volumes;
        this.networks = networks;
        this.links = links;
        this.roots = roots;
        this.volumeMounts = new VolumeMounts(volumes);
        this.ids = ids;
        this.runtime = runtime;
    }

    Created create(CreateContainer request) {
        if (request.config().image().isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "no image specified");
        }
        Image image = images.image(request.config().image());
        requirePlatform(request, image);
        String id = ids.next();
        List<String> volumesMade = new ArrayList<>();
        String name = store.reserve(request.name(), id);
        try {
            List<String> warnings = new ArrayList<>();
            Container planned = planned(request, image, id, name, volumesMade, warnings);
            return new Created(make(planned, image).id(), warnings);
        } catch (RuntimeException e) {
            store.byId(id).ifPresent(this::undo);
            store.releaseName(name);
            volumesMade.forEach(volume -> undo("volume " + volume, () -> volumes.remove(volume, true)));
            throw e;
        }
    }

    private static void requirePlatform(CreateContainer request, Image image) {
        request.platform().map(Platform::parse).ifPresent(wanted -> {
            Platform actual = image.config().platform();
            if (wanted.fit(actual) < 0) {
                throw EngineException.notFound("image with reference "
                        + request.config().image() + " was found but does not match the specified platform: wanted "
                        + wanted + ", actual: " + actual);
            }
        });
    }

    /** Only a missing image is told as not found: clients take that as the cue to pull it. */
    private Container planned(
            CreateContainer request,
            Image image,
            String id,
            String name,
            List<String> volumesMade,
            List<String> warnings) {
        try {
            return plan(request, image, id, name, volumesMade, warnings);
        } catch (NotFoundException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        } catch (EngineException e) {
            throw e.kind() == EngineException.Kind.NOT_FOUND
                    ? new EngineException(EngineException.Kind.INVALID, e.getMessage(), e)
                    : e;
        }
    }

    private Container plan(
            CreateContainer request,
            Image image,
            String id,
            String name,
            List<String> volumesMade,
            List<String> warnings) {
        HostConfig given = request.hostConfig();
        ContainerConfig config =
                ConfigMerge.merge(request.config(), image.config().defaults(), hostname(id, given));
        List<String> command = ConfigMerge.commandLine(config);
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "no command specified");
        }
        NetworkModeChecks.check(request.config(), given);
        RequestChecks.check(config, given);
        if (!Set.of("", runtime).contains(given.runtime())) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "unknown or invalid runtime name: " + given.runtime() + " (the daemon has " + runtime + ")");
        }
        String mode = networks.mode(config, given);
        networks.publishWarning(mode, given).ifPresent(warnings::add);
        List<EndpointState> endpoints = networks.planned(mode, id, name, config, request.networks());
        String driver = given.storageOpt().getOrDefault(DRIVER, drivers.defaultStorage());
        drivers.storageOptions(driver, driverOptions(given));
        HostConfig host =
                HostConfigs.withLinks(RequestChecks.complete(given, mode, runtime), links.planned(name, mode, given));
        MountPlanner mountPlanner =
                new MountPlanner(volumes, ref -> store.find(ref).container(), volumesMade::add);
        List<MountPoint> mounts = mountPlanner.plan(config, host);
        Container bare = new Container(
                id,
                name,
                Instant.now(),
                image.id().toString(),
                config,
                host,
                ContainerState.created(),
                driver,
                mounts,
                endpoints,
                Map.of(),
                "",
                LogOptions.of(host.logConfig()).kept() ? layout.log(id) : Path.of(""),
                0,
                command.get(0),
                command.subList(1, command.size()),
                List.of(),
                Optional.empty());
        return Changes.network(bare, endpoints, ContainerNetworks.shown(bare, Map.of()), "");
    }

    /** A container that shares the host's network is called as the host is. */
    private static String hostname(String id, HostConfig host) {
        if (host.utsMode().equals("host")) {
            return "";
        }
        return host.networkMode().equals("host") ? NameFiles.nameOfHost() : Ids.shortForm(id);
    }

    private Container make(Container planned, Image image) {
        Entry entry = store.add(new StoredContainer(planned, planned.id(), false, false));
        Layout.make(layout.directory(planned.id()));
        roots.prepare(planned.storageDriver(), planned.id(), image, driverOptions(planned.hostConfig()));
        if (VolumeMounts.fills(planned)) {
            try {
                volumeMounts.fill(planned, roots.mount(planned.storageDriver(), planned.id(), planned.id()));
            } finally {
                roots.unmount(planned.id());
            }
        }
        entry.update(StoredContainer::whole);
        return entry.container();
    }

    /** Removes whatever there is of a container that was not made whole. */
    void undo(Entry entry) {
        Container container = entry.container();
        undo("root", () -> roots.evict(container.id()));
        undo(
                "layer",
                () -> roots.remove(container.storageDriver(), entry.stored().layer()));
        undo("bundle", () -> Layout.remove(layout.bundle(container.id())));
        undo("directory", () -> Layout.remove(layout.directory(container.id())));
        store.remove(entry);
        entry.gone();
    }

    private static void undo(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.warn("the {} of a container that could not be made is left behind", what, e);
        }
    }

    private static Map<String, String> driverOptions(HostConfig host) {
        Map<String, String> options = new LinkedHashMap<>(host.storageOpt());
        options.remove(DRIVER);
        return options;
    }
}
