package io.gantry.engine.container;

import io.gantry.engine.EngineConfig;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.name.ContainerNames;
import io.gantry.engine.name.Ids;
import io.gantry.engine.network.NetworkService;
import io.gantry.engine.network.Sandboxes;
import io.gantry.engine.shim.ContainerRuntime;
import io.gantry.engine.shim.RuntimeConfig;
import io.gantry.engine.state.StateDatabase;
import io.gantry.engine.volume.VolumeService;
import io.gantry.image.store.ContentStore;
import io.gantry.image.unpack.Unpacker;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Puts the container service together and lets it take up what an earlier engine left. */
public record ContainersSetup(
        EngineConfig config,
        StateDatabase state,
        OpenDrivers drivers,
        ContentStore content,
        ImageService images,
        VolumeService volumes,
        NetworkService networkService,
        Sandboxes sandboxes,
        EventLog events,
        Ids ids) {
    /** Opens the service. Containers that run are watched, and those that should run are being started, when it returns. */
    public ContainerService open() {
        Layout layout = new Layout(config.dataRoot(), config.runRoot());
        Layout.make(layout.containers());
        Layout.make(layout.bundles());
        Layout.make(layout.namespaces());
        Layout.make(layout.roots());
        RootViews.makePlaces(layout);
        AtomicReference<ContainerService> service = new AtomicReference<>();
        RuntimeConfig runtimeConfig = new RuntimeConfig(
                config.conmon(),
                config.runtime(),
                config.runRoot().resolve("runtime"),
                config.runRoot().resolve("exits"));
        ContainerRuntime runtime = ContainerRuntime.open(runtimeConfig, status -> {
            if (service.get() != null) {
                service.get().exited(status);
            }
        });
        ContainerStore store = new ContainerStore(state, new ContainerNames(new java.security.SecureRandom()));
        ExecutorService background = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "gantry-containers");
            thread.setDaemon(true);
            return thread;
        });
        ContainerParts parts = parts(layout, runtime, store, background);
        service.set(new ContainerService(parts));
        images.users(service.get()::usersOfImage);
        images.unused(chainIds -> parts.roots().removeUnused());
        volumes.users(service.get()::usersOfVolume);
        networkService.membership(new Memberships(store, parts.networks(), parts.files()));
        new Recovery(
                        layout,
                        store,
                        runtime,
                        parts.runs(),
                        parts.creator(),
                        parts.remover(),
                        new VolumeMounts(volumes),
                        sandboxes,
                        parts.networks())
                .recover();
        service.get().exitedMeanwhile();
        service.get().startWanted();
        return service.get();
    }

    private ContainerParts parts(
            Layout layout, ContainerRuntime runtime, ContainerStore store, ExecutorService background) {
        Unpacker unpacker =
                new Unpacker(content, Math.max(2, Runtime.getRuntime().availableProcessors()));
        RootFileSystems roots = new RootFileSystems(
                drivers, unpacker, layout, images::chainIds, () -> layers(store), new LayerCleanup(background));
        ContainerNetworks networks = new ContainerNetworks(
                sandboxes,
                layout,
                config.hostNamespace(),
                ref -> store.find(ref).container());
        ContainerLinks links = new ContainerLinks(store, networks, layout);
        NameFiles files = new NameFiles(layout, networks, links);
        OciPlanner planner = new OciPlanner(layout, ref -> store.find(ref).container(), links);
        Attachments attachments = new Attachments(runtime);
        Runs runs = new Runs(
                layout, runtime, roots, networks, files, new VolumeMounts(volumes), planner, attachments, background);
        return new ContainerParts(
                layout,
                store,
                runtime,
                new Creator(
                        store,
                        layout,
                        drivers,
                        images,
                        volumes,
                        networks,
                        links,
                        roots,
                        ids,
                        Path.of(config.runtime()).getFileName().toString()),
                runs,
                new Remover(store, layout, roots, volumes, images, background),
                roots,
                new RootViews(layout, roots, new VolumeMounts(volumes), planner),
                networks,
                files,
                links,
                planner,
                attachments,
                images,
                events,
                ids,
                background);
    }

    private static Set<String> layers(ContainerStore store) {
        return store.all().stream().map(entry -> entry.stored().layer()).collect(Collectors.toSet());
    }
}
