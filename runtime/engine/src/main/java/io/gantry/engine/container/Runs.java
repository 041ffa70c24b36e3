package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.EngineException;
import io.gantry.engine.log.LogOptions;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.network.SandboxState;
import io.gantry.engine.oci.OciRequest;
import io.gantry.engine.oci.OciRequest.Namespace;
import io.gantry.engine.oci.OciSpec;
import io.gantry.engine.shim.ContainerRuntime;
import io.gantry.engine.shim.ExitStatus;
import io.gantry.engine.shim.Shim;
import io.gantry.engine.shim.ShimRequest;
import io.gantry.engine.shim.StartFailedException;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts containers and takes back what they had while they ran. Callers hold the container's lock.
 *
 * <p>The network is set up while the OCI runtime makes the container, which needs the namespace to be there and nothing in it. Only then is the first process let go.
 */
final class Runs {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private static final String MARK = ".dockerenv";

    private final Layout layout;
    private final ContainerRuntime runtime;
    private final RootFileSystems roots;
    private final ContainerNetworks networks;
    private final NameFiles files;
    private final VolumeMounts volumes;
    private final OciPlanner planner;
    private final Attachments attachments;
    private final Executor background;

    Runs(
            Layout layout,
            ContainerRuntime runtime,
            RootFileSystems roots,
            ContainerNetworks networks,
            NameFiles files,
            VolumeMounts volumes,
            OciPlanner planner,
            Attachments attachments,
            Executor background) {
        this.layout = layout;
        this.runtime = runtime;
        this.roots = roots;
        this.networks = networks;
        this.files = files;
        this.volumes = volumes;
        this.planner = planner;
        this.attachments = attachments;
        this.background = background;
    }

    /** Starts a container that does not run; on failure nothing of the run is left, and the state says why. */
    void start(Entry entry) {
        Container container = entry.container();
        try {
            begin(entry, container);
        } catch (RuntimeException e) {
            attachments.failed(container.id());
            clean(container);
            ContainerState old = entry.state();
            int code = e instanceof StartFailedException failed ? failed.exitCode() : StartFailedException.OTHER;
            entry.state(new ContainerState(
                    old.status() == Status.CREATED ? Status.CREATED : Status.EXITED,
                    0,
                    code,
                    String.valueOf(e.getMessage()),
                    false,
                    old.startedAt(),
                    old.finishedAt()));
            throw e instanceof StartFailedException failed ? told(failed) : e;
        }
    }

    private void begin(Entry entry, Container container) {
        Layout.make(layout.bundle(container.id()));
        boolean own = networks.isOwn(container);
        Namespace namespace = networks.namespace(container);
        CompletableFuture<SandboxState> joining =
                CompletableFuture.supplyAsync(() -> networks.join(container), background);
        SandboxState joined;
        Shim shim;
        try {
            shim = create(container, namespace);
        } catch (RuntimeException e) {
            joining.handle((state, failure) -> null).join();
            throw e;
        }
        joined = outcome(joining);
        if (!joined.endpoints().isEmpty() && own) {
            files.started(container, joined.endpoints());
        }
        attachments.created(container.id());
        runtime.start(container.id());
        String key = own ? layout.namespace(container.id()).toString() : "";
        entry.update(stored -> stored.stoppedByUser(false)
                .with(Changes.state(
                        Changes.network(
                                stored.container(),
                                joined.endpoints().isEmpty() ? container.endpoints() : joined.endpoints(),
                                ContainerNetworks.shown(container, joined.ports()),
                                key),
                        new ContainerState(
                                Status.RUNNING,
                                Math.toIntExact(shim.init().pid()),
                                0,
                                "",
                                false,
                                Instant.now(),
                                stored.container().state().finishedAt()))));
    }

    private Shim create(Container container, Namespace namespace) {
        String id = container.id();
        ContainerConfig config = container.config();
        markAsContainer(roots.mount(container.storageDriver(), id, id));
        shareMemory(container);
        Map<String, Path> volumePaths = volumes.use(container);
        files.write(container, container.endpoints());
        OciRequest request = planner.plan(container, namespace, volumePaths);
        try {
            OciSpec.write(OciSpec.build(request), layout.bundle(id).resolve("config.json"));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot write the configuration of container " + id + ": " + e.getMessage(),
                    e);
        }
        return runtime.create(new ShimRequest(
                id,
                layout.bundle(id),
                container.logPath(),
                config.tty(),
                config.openStdin(),
                config.stdinOnce(),
                LogOptions.of(container.hostConfig().logConfig()).hardLimit()));
    }

    /** Programs tell by this file, empty as Docker's, that they are in a container. */
    private static void markAsContainer(Path root) {
        try (OpenDirectory directory = OpenDirectory.open(root)) {
            if (directory.stat(MARK).isEmpty()) {
                directory
                        .open(MARK, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0755)
                        .close();
            }
        }
    }

    /** Memory that other containers may share is mounted here, not by the OCI runtime. */
    private void shareMemory(Container container) {
        if (container.hostConfig().ipcMode().equals("shareable")) {
            Path shm = layout.shm(container.id());
            Layout.make(shm);
            Mounts.mount(
                    new MountRequest(
                            "tmpfs",
                            "shm",
                            List.of(
                                    "nosuid",
                                    "nodev",
                                    "noexec",
                                    "mode=1777",
                                    "size=" + container.hostConfig().shmSize())),
                    shm);
        }
    }

    /** Takes back all that a run had; tries everything. */
    void clean(Container container) {
        String id = container.id();
        CompletableFuture<Void> network =
                CompletableFuture.runAsync(() -> attempt("network", id, () -> networks.leave(container)), background);
        attempt("runtime state", id, () -> runtime.delete(id, true));
        attempt("root file system", id, () -> roots.unmount(id));
        attempt("shared memory", id, () -> unmountShared(id));
        attempt("volumes", id, () -> volumes.release(container));
        network.join();
        // Last of all: by the bundle an engine that comes after one that was killed knows that something may be left.
        attempt("bundle", id, () -> Layout.remove(layout.bundle(id)));
    }

    private void unmountShared(String id) {
        Path shm = layout.shm(id);
        if (Files.exists(shm)) {
            try {
                Mounts.detach(shm.toRealPath());
            } catch (IOException e) {
                throw new EngineException(EngineException.Kind.SYSTEM, "cannot unmount " + shm, e);
            }
        }
    }

    private static void attempt(String what, String id, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.warn("the {} of container {} is not cleaned up; the next start will try again", what, id, e);
        }
    }

    /** Records the end of a run and takes back what it had; in this order, so that an engine that is killed in between does not lose the exit code. */
    void ended(Entry entry, ExitStatus status, Status next) {
        Container container = entry.container();
        entry.change(now -> Changes.state(
                Changes.network(now, networks.idle(now), ContainerNetworks.shown(now, Map.of()), ""),
                new ContainerState(
                        next,
                        0,
                        status.exitCode(),
                        "",
                        status.oomKilled(),
                        now.state().startedAt(),
                        status.finishedAt())));
        clean(container);
    }

    private static <T> T outcome(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** As Docker tells it: a command that is not there is the request's fault. */
    private static EngineException told(StartFailedException failed) {
        EngineException.Kind kind =
                failed.isInvalidCommand() ? EngineException.Kind.INVALID : EngineException.Kind.SYSTEM;
        return new EngineException(kind, failed.getMessage(), failed);
    }
}
