package io.gantry.engine.container;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.Containers;
import io.gantry.engine.CreateContainer;
import io.gantry.engine.EngineException;
import io.gantry.engine.Execs;
import io.gantry.engine.Health;
import io.gantry.engine.InputHandle;
import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.WaitResult;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.name.ContainerNames;
import io.gantry.engine.oci.OciResources;
import io.gantry.engine.shim.ContainerRuntime;
import io.gantry.engine.shim.ExitStatus;
import io.gantry.engine.shim.RuntimeVersions;
import io.gantry.engine.stats.ContainerCounters;
import io.gantry.engine.stats.ProcessTableReader;
import io.gantry.spi.storage.Usage;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers. One operation at a time changes a container; those that wait for its end hold nothing. */
public final class ContainerService implements Containers {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerService.class);

    private final ContainerParts parts;
    private final ContainerStore store;
    private final ContainerRuntime runtime;
    private final Runs runs;
    private final EventLog events;
    private final Restarts restarts;
    private final Executor background;
    private final ExecService execs;
    private final Stops stops;
    private final ContainerLogs logs;
    private final Companions companions;
    private final ContainerFiles files;
    private final ContainerStorage storage;

    ContainerService(ContainerParts parts) {
        this.parts = parts;
        this.store = parts.store();
        this.runtime = parts.runtime();
        this.runs = parts.runs();
        this.events = parts.events();
        this.background = parts.background();
        this.restarts = new Restarts(background, this::startAgain);
        this.execs = new ExecService(parts);
        this.stops = new Stops(runtime, events);
        this.logs = new ContainerLogs(runtime);
        this.companions = new Companions(parts, logs, execs);
        this.files = new ContainerFiles(parts);
        this.storage = new ContainerStorage(parts);
    }

    @Override
    public Created create(CreateContainer request) {
        Created created = parts.creator().create(request);
        publish(store.find(created.id()).container(), "create");
        return created;
    }

    @Override
    public Container find(String ref) {
        Container container = store.find(ref).container();
        return present(container);
    }

    private Container present(Container container) {
        return Changes.present(container, execs.idsOf(container.id()), companions.health(container.id()));
    }

    private Container withHealth(Container container) {
        Optional<Health> health = companions.health(container.id());
        return health.isEmpty() ? container : Changes.present(container, container.execIds(), health);
    }

    @Override
    public List<Container> list() {
        return store.containers().stream().map(this::withHealth).toList();
    }

    @Override
    public List<String> start(String ref) {
        Entry entry = store.find(ref);
        return entry.locked(() -> {
            Status status = entry.state().status();
            if (status == Status.PAUSED) {
                throw conflict("cannot start a paused container, try unpause instead");
            }
            if (status == Status.RUNNING) {
                throw new EngineException(EngineException.Kind.NOT_MODIFIED, "container already started");
            }
            restarts.cancel(entry.id());
            restarts.forget(entry.id());
            entry.change(now -> Changes.restartCount(now, 0));
            run(entry);
            return List.of();
        });
    }

    private void run(Entry entry) {
        try {
            runs.start(entry);
        } catch (RuntimeException e) {
            entry.ended();
            if (entry.container().hostConfig().autoRemove()) {
                removeLocked(entry, true);
            }
            throw e;
        }
        companions.begin(entry.container());
        publish(entry.container(), "start");
    }

    @Override
    public void stop(String ref, Optional<Integer> timeoutSeconds, Optional<String> signal) {
        Entry entry = store.find(ref);
        if (restarts.cancel(entry.id()) && entry.state().status() == Status.RESTARTING) {
            entry.locked(() -> {
                settle(entry);
                return null;
            });
            return;
        }
        if (!entry.state().isUp()) {
            throw new EngineException(EngineException.Kind.NOT_MODIFIED, "container already stopped");
        }
        stops.end(entry, timeoutSeconds, signal);
        publish(entry.container(), "stop");
    }

    /** A container that waited to be started again is left as it is. */
    private static void settle(Entry entry) {
        ContainerState old = entry.state();
        if (old.status() == Status.RESTARTING) {
            entry.state(new ContainerState(
                    Status.EXITED, 0, old.exitCode(), old.error(), old.oomKilled(), old.startedAt(), old.finishedAt()));
            entry.ended();
        }
    }

    @Override
    public void restart(String ref, Optional<Integer> timeoutSeconds, Optional<String> signal) {
        Entry entry = store.find(ref);
        if (entry.state().isUp()) {
            stops.end(entry, timeoutSeconds, signal);
        }
        entry.locked(() -> {
            restarts.cancel(entry.id());
            if (!entry.state().isUp()) {
                run(entry);
            }
            return null;
        });
        publish(entry.container(), "restart");
    }

    @Override
    public void kill(String ref, String signal) {
        int number = signal.isEmpty() ? Signals.KILL : Signals.number(signal);
        try {
            kill(store.find(ref), number);
        } catch (EngineException e) {
            throw new EngineException(e.kind(), "cannot kill container: " + ref + ": " + e.getMessage(), e);
        }
    }

    private void kill(Entry entry, int number) {
        if (!entry.state().isUp()) {
            throw conflict("container " + entry.id() + " is not running");
        }
        if (number == Signals.KILL) {
            stops.kill(entry);
            return;
        }
        if (number == Signals.orTerm(entry.container().config().stopSignal())) {
            entry.update(stored -> stored.stoppedByUser(true));
        }
        stops.send(entry.container(), number);
    }

    @Override
    public void pause(String ref) {
        Entry entry = store.find(ref);
        entry.locked(() -> {
            requireUp(entry);
            if (entry.state().status() == Status.PAUSED) {
                throw conflict("Container " + entry.id() + " is already paused");
            }
            runtime.pause(entry.id());
            companions.paused(entry.id());
            entry.state(with(entry.state(), Status.PAUSED));
            publish(entry.container(), "pause");
            return null;
        });
    }

    @Override
    public void unpause(String ref) {
        Entry entry = store.find(ref);
        entry.locked(() -> {
            if (entry.state().status() != Status.PAUSED) {
                throw conflict("Container " + entry.id() + " is not paused");
            }
            runtime.resume(entry.id());
            entry.state(with(entry.state(), Status.RUNNING));
            companions.resumed(entry.id());
            publish(entry.container(), "unpause");
            return null;
        });
    }

    private static ContainerState with(ContainerState state, Status status) {
        return new ContainerState(
                status,
                state.pid(),
                state.exitCode(),
                state.error(),
                state.oomKilled(),
                state.startedAt(),
                state.finishedAt());
    }

    @Override
    public void rename(String ref, String name) {
        Entry entry = store.find(ref);
        entry.locked(() -> {
            String old = entry.container().name();
            if (ContainerNames.check(name).equals(old)) {
                throw new EngineException(
                        EngineException.Kind.INVALID, "Renaming a container with the same name as its current name");
            }
            String wanted = store.reserve(Optional.of(name), entry.id());
            entry.change(now -> Changes.name(now, wanted));
            entry.change(now -> Changes.network(now, parts.networks().renamed(now), now.ports(), now.sandboxKey()));
            parts.networks().rename(entry.container());
            parts.links().renamed(old, wanted);
            store.releaseName(old);
            Map<String, String> attributes = attributes(entry.container());
            attributes.put("oldName", "/" + old);
            events.publish("container", "rename", entry.id(), attributes);
            return null;
        });
    }

    @Override
    public void remove(String ref, boolean force, boolean volumes) {
        Entry entry = store.find(ref);
        restarts.cancel(entry.id());
        if (entry.state().isUp()) {
            if (!force) {
                throw conflict("cannot remove container \"/" + entry.container().name() + "\": container is "
                        + entry.state().status().name().toLowerCase(java.util.Locale.ROOT)
                        + ": stop the container before removing or force remove");
            }
            stops.kill(entry);
        }
        entry.locked(() -> {
            if (!entry.isRemoved()) {
                removeLocked(entry, volumes);
            }
            return null;
        });
    }

    @Override
    public void removeLink(String ref, String alias) {
        Entry entry = store.find(ref);
        entry.locked(() -> {
            parts.links().remove(entry, alias);
            return null;
        });
    }

    private void removeLocked(Entry entry, boolean volumes) {
        parts.remover().remove(entry, volumes);
        restarts.forget(entry.id());
        execs.forget(entry.id());
        companions.forget(entry.id());
        parts.attachments().failed(entry.id());
        publish(entry.container(), "destroy");
    }

    @Override
    public List<String> update(String ref, HostConfig changes) {
        Entry entry = store.find(ref);
        return entry.locked(() -> {
            HostConfig merged = HostConfigs.update(entry.container().hostConfig(), changes);
            RequestChecks.check(entry.container().config(), merged);
            if (entry.state().isUp()) {
                runtime.update(entry.id(), OciResources.json(OciPlanner.resources(merged)));
            }
            entry.change(now -> Changes.hostConfig(now, merged));
            publish(entry.container(), "update");
            return List.of();
        });
    }

    @Override
    public CompletableFuture<WaitResult> await(String ref, WaitCondition condition) {
        return store.find(ref).await(condition);
    }

    @Override
    public InputHandle attach(String ref, AttachRequest request, OutputSink sink) {
        Entry entry = store.find(ref);
        return entry.locked(() -> {
            if (entry.state().status() == Status.PAUSED) {
                throw conflict("container " + entry.id() + " is paused, unpause the container before attach");
            }
            publish(entry.container(), "attach");
            if (request.logs()) {
                logs.send(entry.container(), request, sink);
            }
            if (!request.stream()) {
                sink.closed();
                return Attachments.NOTHING;
            }
            return entry.state().isUp()
                    ? parts.attachments().now(entry.id(), request, sink)
                    : parts.attachments().later(entry.id(), request, sink);
        });
    }

    @Override
    public void resize(String ref, int rows, int columns) {
        Entry entry = store.find(ref);
        requireUp(entry);
        runtime.resize(entry.id(), rows, columns);
        publish(entry.container(), "resize");
    }

    @Override
    public AutoCloseable logs(String ref, LogRequest request, OutputSink sink) {
        return logs.open(store.find(ref), request, sink);
    }

    @Override
    public ProcessTable top(String ref, String psArguments) {
        Entry entry = store.find(ref);
        requireUp(entry);
        ProcessTable table = ProcessTableReader.read(runtime.processes(entry.id()), psArguments);
        publish(entry.container(), "top");
        return table;
    }

    @Override
    public List<Change> changes(String ref) {
        return files.changes(store.find(ref));
    }

    @Override
    public void export(String ref, OutputStream out) {
        Entry entry = store.find(ref);
        files.export(entry, out);
        publish(entry.container(), "export");
    }

    @Override
    public void copyOut(String ref, String path, OutputStream out) {
        Entry entry = store.find(ref);
        files.copyOut(entry, ref, path, out);
        publish(entry.container(), "archive-path");
    }

    @Override
    public PathStat statPath(String ref, String path) {
        return files.stat(store.find(ref), ref, path);
    }

    @Override
    public void copyIn(String ref, String directory, CopyIn how, InputStream archive) {
        Entry entry = store.find(ref);
        files.copyIn(entry, ref, directory, how, archive);
        publish(entry.container(), "extract-to-dir");
    }

    @Override
    public SizeReport size(String ref) {
        Entry entry = store.find(ref);
        Container container = entry.container();
        Usage own =
                parts.roots().usage(container.storageDriver(), entry.stored().layer());
        long image = parts.images().sizeOf(container.imageId());
        return new SizeReport(own.bytes(), own.bytes() + image);
    }

    @Override
    public Stats stats(String ref) {
        Entry entry = store.find(ref);
        return entry.state().isUp()
                ? ContainerCounters.read(entry.state().pid(), entry.id())
                : ContainerCounters.none();
    }

    @Override
    public Execs execs() {
        return execs;
    }

    /** The ids of the containers that use a volume. */
    public List<String> usersOfVolume(String volume) {
        return store.containers().stream()
                .filter(container -> container.mounts().stream()
                        .anyMatch(mount -> mount.name().equals(volume)))
                .map(Container::id)
                .toList();
    }

    /** For checks of the storage. */
    public ContainerStorage storage() {
        return storage;
    }

    /** The containers made of an image. */
    public List<ImageService.User> usersOfImage(String imageId) {
        return store.containers().stream()
                .filter(container -> container.imageId().equals(imageId))
                .map(container -> new ImageService.User(
                        container.id(),
                        container.config().image(),
                        container.state().isUp()))
                .toList();
    }

    /** What the programs that hold containers say of themselves. */
    public RuntimeVersions versions() {
        return runtime.versions();
    }

    /** Removes the layers of images that are no more. */
    public void removeUnusedLayers() {
        parts.roots().removeUnused();
    }

    /** Starts the containers whose policy wants them to run. Called once, when everything is restored. */
    void startWanted() {
        for (Entry entry : store.all()) {
            if (Restarts.wantedAtStart(entry)) {
                background.execute(() -> startAgain(entry));
            }
        }
    }

    /** Deals with containers that ended after they had been taken up and before anybody listened. */
    void exitedMeanwhile() {
        for (Entry entry : store.all()) {
            if (entry.state().isUp()) {
                companions.begin(entry.container());
                runtime.end(entry.id()).ifPresent(end -> {
                    CompletableFuture<Void> told = end.thenAccept(this::exited);
                    LOG.debug("listening for the end of container {}: {}", entry.id(), told);
                });
            }
        }
    }

    /** The end of a run, told by whoever watches it. */
    void exited(ExitStatus status) {
        store.byId(status.containerId()).ifPresent(entry -> background.execute(() -> ended(entry, status)));
    }

    private void ended(Entry entry, ExitStatus status) {
        try {
            entry.locked(() -> {
                if (entry.isRemoved() || !entry.state().isUp()) {
                    return null;
                }
                Map<String, String> attributes = attributes(entry.container());
                attributes.put("exitCode", Integer.toString(status.exitCode()));
                boolean again = Restarts.wanted(entry, status);
                runs.ended(entry, status, again ? Status.RESTARTING : Status.EXITED);
                companions.end(entry.id());
                events.publish("container", "die", entry.id(), attributes);
                entry.ended();
                if (again) {
                    restarts.schedule(entry);
                } else if (entry.container().hostConfig().autoRemove()) {
                    removeLocked(entry, true);
                }
                return null;
            });
        } catch (RuntimeException e) {
            LOG.error("the end of container {} could not be dealt with", entry.id(), e);
        }
    }

    private void startAgain(Entry entry) {
        entry.locked(() -> {
            boolean wanted = !entry.isRemoved() && !entry.state().isUp();
            if (wanted) {
                entry.change(now -> Changes.restartCount(now, now.restartCount() + 1));
                try {
                    run(entry);
                } catch (RuntimeException e) {
                    LOG.warn("container {} could not be started again: {}", entry.id(), e.getMessage());
                    if (!entry.isRemoved() && Restarts.wantedAfterFailure(entry)) {
                        restarts.schedule(entry);
                    }
                }
            }
            return null;
        });
    }

    /** Stops looking after containers, which go on. */
    public void close() {
        restarts.close();
        companions.close();
        runtime.close();
        parts.roots().close();
    }

    private static void requireUp(Entry entry) {
        if (!entry.state().isUp()) {
            throw conflict("container " + entry.id() + " is not running");
        }
    }

    private static EngineException conflict(String message) {
        return new EngineException(EngineException.Kind.CONFLICT, message);
    }

    private void publish(Container container, String action) {
        events.publish("container", action, container.id(), attributes(container));
    }

    static Map<String, String> attributes(Container container) {
        Map<String, String> attributes = new LinkedHashMap<>(container.config().labels());
        attributes.put("image", container.config().image());
        attributes.put("name", container.name());
        return attributes;
    }
}
