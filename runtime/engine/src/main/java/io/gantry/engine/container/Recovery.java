package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.network.Sandboxes;
import io.gantry.engine.shim.ContainerRuntime;
import io.gantry.engine.shim.ExitStatus;
import io.gantry.engine.shim.Restored;
import io.gantry.engine.shim.Shim;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamedNetns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what is on this host agree with what the database says, when the engine starts: containers that run are taken up, all else that an earlier engine left is removed. */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Layout layout;
    private final ContainerStore store;
    private final ContainerRuntime runtime;
    private final Runs runs;
    private final Creator creator;
    private final Remover remover;
    private final VolumeMounts volumes;
    private final Sandboxes sandboxes;
    private final ContainerNetworks networks;

    Recovery(
            Layout layout,
            ContainerStore store,
            ContainerRuntime runtime,
            Runs runs,
            Creator creator,
            Remover remover,
            VolumeMounts volumes,
            Sandboxes sandboxes,
            ContainerNetworks networks) {
        this.layout = layout;
        this.store = store;
        this.runtime = runtime;
        this.runs = runs;
        this.creator = creator;
        this.remover = remover;
        this.volumes = volumes;
        this.sandboxes = sandboxes;
        this.networks = networks;
    }

    void recover() {
        Map<Entry, Restored> found = new HashMap<>();
        for (Entry entry : store.all()) {
            found.put(entry, runtime.restore(entry.id(), layout.bundle(entry.id())));
        }
        Set<String> running = found.entrySet().stream()
                .filter(one -> one.getKey().state().isUp() && one.getValue() instanceof Restored.Running)
                .map(one -> one.getKey().id())
                .collect(Collectors.toSet());
        sandboxes.restore(running);
        found.forEach((entry, restored) -> {
            try {
                recover(entry, restored);
            } catch (RuntimeException e) {
                LOG.error("container {} could not be restored", entry.id(), e);
            }
        });
        removeUnknown();
    }

    private void recover(Entry entry, Restored restored) {
        Container container = entry.container();
        volumes.releaseForLook(container);
        if (!entry.stored().ready()) {
            LOG.info("removing container {}, which was being made when the engine ended", container.id());
            runs.clean(container);
            creator.undo(entry);
        } else if (!entry.state().isUp()) {
            leftBehind(entry);
        } else if (restored instanceof Restored.Running now) {
            takenUp(entry, now.shim());
        } else {
            ExitStatus status = restored instanceof Restored.Ended ended
                    ? ended.status()
                    : new ExitStatus(container.id(), ExitStatus.UNKNOWN, false, Instant.now());
            LOG.info("container {} ended with {} while no engine ran", container.id(), status.exitCode());
            runs.ended(entry, status, Status.EXITED);
            removeIfAsked(entry);
        }
    }

    private void takenUp(Entry entry, Shim shim) {
        networks.resume(entry.container());
        LOG.info(
                "container {} still runs, as process {}",
                entry.id(),
                shim.init().pid());
    }

    /** It did not run; a start or the end of a run may have been interrupted. */
    private void leftBehind(Entry entry) {
        if (Files.exists(layout.bundle(entry.id())) || Files.exists(layout.rootfs(entry.id()))) {
            runs.clean(entry.container());
        } else {
            volumes.release(entry.container());
        }
        ContainerState state = entry.state();
        if (state.status() == Status.REMOVING) {
            LOG.info("removing container {}, which was being removed when the engine ended", entry.id());
            remover.remove(entry, entry.container().hostConfig().autoRemove());
            return;
        }
        if (state.status() == Status.RESTARTING) {
            entry.state(new ContainerState(
                    Status.EXITED,
                    0,
                    state.exitCode(),
                    state.error(),
                    state.oomKilled(),
                    state.startedAt(),
                    state.finishedAt()));
        }
        if (state.status() != Status.CREATED) {
            removeIfAsked(entry);
        }
    }

    private void removeIfAsked(Entry entry) {
        if (entry.container().hostConfig().autoRemove()) {
            remover.remove(entry, true);
        }
    }

    /** Directories, mounts and namespaces that belong to no container. */
    private void removeUnknown() {
        Set<String> known = new HashSet<>();
        Set<String> namespaces = new HashSet<>();
        store.all().forEach(entry -> {
            known.add(entry.id());
            namespaces.add(layout.namespace(entry.id()).getFileName().toString());
        });
        for (Path bundle : entries(layout.bundles())) {
            if (!known.contains(bundle.getFileName().toString())) {
                attempt(bundle, () -> {
                    runtime.restore(bundle.getFileName().toString(), bundle);
                    runtime.delete(bundle.getFileName().toString(), true);
                    Mounts.detach(bundle.toRealPath());
                    Layout.remove(bundle);
                });
            }
        }
        for (Path root : entries(layout.roots())) {
            if (!known.contains(root.getFileName().toString())) {
                attempt(root, () -> {
                    Mounts.detach(root.toRealPath());
                    Files.delete(root);
                });
            }
        }
        for (Path directory : entries(layout.containers())) {
            if (!known.contains(directory.getFileName().toString())) {
                attempt(directory, () -> Layout.remove(directory));
            }
        }
        for (Path namespace : entries(layout.namespaces())) {
            if (!namespaces.contains(namespace.getFileName().toString())) {
                attempt(namespace, () -> NamedNetns.delete(namespace));
            }
        }
    }

    private static void attempt(Path what, Step step) {
        try {
            LOG.info("removing {}, which belongs to no container", what);
            step.run();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} belongs to no container and cannot be removed", what, e);
        }
    }

    private static List<Path> entries(Path directory) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.toList();
        } catch (IOException e) {
            LOG.warn("cannot list {}", directory, e);
            return List.of();
        }
    }

    /** A step that may fail. */
    private interface Step {
        void run() throws IOException;
    }
}
