package io.gantry.engine.shim;

import io.gantry.engine.EngineException;
import io.gantry.engine.OutputSink;
import io.gantry.linux.PidFd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;

/**
 * Containers under conmon and an OCI runtime.
 *
 * <p>A run is {@link #create}, {@link #attach} as often as wanted, {@link #start}, the {@link ExitListener}'s call, {@link
 * #delete}. Attached before the start, a stream delivers all output. After a restart of the engine, {@link #restore} takes
 * up every container that was created and not deleted. Safe for use by many threads; calls for one container are to be
 * made one after the other, but for {@link #attach}, {@link #kill} and {@link #resize}.
 */
public final class ContainerRuntime implements AutoCloseable {
    private static final int SIGKILL = 9;

    private final RuntimeConfig config;
    private final Path conmon;
    private final OciRuntime runtime;
    private final DirectoryWatch watches = new DirectoryWatch();
    private final ExitWatch exits;
    private final Map<String, Shim> shims = new ConcurrentHashMap<>();
    private final ExecutorService blocking = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "gantry-runtime");
        thread.setDaemon(true);
        return thread;
    });

    private ContainerRuntime(RuntimeConfig config, Path conmon, Path runtime, ExitListener listener) {
        this.config = config;
        this.conmon = conmon;
        this.runtime = new OciRuntime(runtime, config.runtimeRoot());
        this.exits = new ExitWatch(config.exitDir(), watches, listener);
    }

    /**
     * Finds the programs and makes the directories.
     *
     * @throws io.gantry.spi.UnsupportedException if conmon or the OCI runtime is not there
     */
    public static ContainerRuntime open(RuntimeConfig config, ExitListener listener) {
        Path conmon = ProgramPath.require(config.conmon(), "run containers", "install the package conmon");
        Path runtime = ProgramPath.require(
                config.runtime(), "run containers", "install the package runc, or name another with --runtime");
        makeDirectory(config.runtimeRoot());
        makeDirectory(config.exitDir());
        return new ContainerRuntime(config, conmon, runtime, listener);
    }

    /** What {@code conmon --version} and {@code runc --version} say first, for {@code docker version} and {@code info}. */
    public RuntimeVersions versions() {
        return RuntimeVersions.ask(conmon, runtime.program());
    }

    /**
     * Makes a container: conmon holds it, and its first process waits to be started.
     *
     * @throws StartFailedException if the OCI runtime refuses; nothing is left
     */
    public Shim create(ShimRequest request) {
        exits.prepare(request.containerId());
        clear(request.bundle());
        Conmon supervisor = Conmon.start(conmon, arguments(request), request.bundle());
        try (supervisor) {
            ProcessId init = awaitInit(supervisor, request);
            ProcessId holder = ProcessId.of(supervisor.pid()).orElse(new ProcessId(supervisor.pid(), 0));
            Shim shim = new Shim(request.containerId(), request.bundle(), init, holder);
            shim.save();
            track(shim, supervisor.ended().thenApply(process -> null));
            return shim;
        } catch (RuntimeException e) {
            undoCreate(request, supervisor);
            throw e;
        }
    }

    private ProcessId awaitInit(Conmon supervisor, ShimRequest request) {
        Optional<SyncMessage> answer = supervisor.message();
        if (answer.isPresent() && answer.get().data() > 0) {
            long pid = answer.get().data();
            // It may have ended meanwhile, killed by somebody: then conmon holds a zombie, or has reaped it.
            return ProcessId.of(pid).orElse(new ProcessId(pid, 0));
        }
        String logged = OciRuntime.lastError(Shim.runtimeLog(request.bundle()));
        if (!logged.isEmpty()) {
            throw RuntimeErrors.createFailed(runtime.name(), logged);
        }
        String told = answer.map(SyncMessage::message).orElse("");
        throw RuntimeErrors.createFailed(runtime.name(), told.isEmpty() ? supervisor.complaint() : told);
    }

    private void undoCreate(ShimRequest request, Conmon supervisor) {
        supervisor.kill();
        shims.remove(request.containerId());
        if (!new RuntimeLeftovers(runtime.stateDirectory(request.containerId())).absent()) {
            runtime.run("delete", "--force", request.containerId());
        }
        exits.forget(request.containerId());
        clear(request.bundle());
    }

    private static String logDriver(ShimRequest request) {
        return request.logPath().toString().isEmpty() ? "none" : "k8s-file:" + request.logPath();
    }

    private List<String> arguments(ShimRequest request) {
        String id = request.containerId();
        List<String> arguments = new ArrayList<>(List.of("--api-version", "1", "--sync", "--full-attach"));
        arguments.addAll(
                List.of("-c", id, "-u", id, "-n", id, "-r", runtime.program().toString()));
        arguments.addAll(List.of(
                "-b",
                request.bundle().toString(),
                "-p",
                request.bundle().resolve("pid").toString()));
        arguments.addAll(List.of("--exit-dir", config.exitDir().toString(), "-l", logDriver(request)));
        arguments.addAll(List.of("--log-level", "error", "--no-sync-log"));
        for (String option : runtime.globalOptions(Shim.runtimeLog(request.bundle()))) {
            arguments.addAll(List.of("--runtime-arg", option));
        }
        if (request.logSizeMax() > 0) {
            arguments.addAll(List.of("--log-size-max", Long.toString(request.logSizeMax())));
        }
        if (request.tty()) {
            arguments.add("-t");
        }
        if (request.openStdin()) {
            arguments.add("-i");
            if (!request.stdinOnce()) {
                arguments.add("--leave-stdin-open");
            }
        }
        return arguments;
    }

    private void track(Shim shim, CompletableFuture<Void> supervisorEnd) {
        shims.put(shim.containerId(), shim);
        CompletableFuture<ExitStatus> end = exits.expect(shim);
        var unused = supervisorEnd.thenRunAsync(
                () -> {
                    if (!end.isDone() && exits.recorded(shim).isEmpty()) {
                        // Something killed conmon. Without it nobody reads the output or sees the end.
                        signal(shim.init(), SIGKILL);
                    }
                    exits.supervisorEnded(shim);
                },
                blocking);
    }

    /**
     * Takes up a container that an earlier engine made.
     *
     * @param bundle as it was given to {@link #create}
     */
    public Restored restore(String containerId, Path bundle) {
        Optional<Shim> saved = Shim.load(containerId, bundle);
        if (saved.isEmpty()) {
            return new Restored.Absent();
        }
        Shim shim = saved.get();
        Optional<ExitStatus> recorded = exits.recorded(shim);
        if (recorded.isEmpty() && shim.conmon().isAlive()) {
            CompletableFuture<Void> supervisorEnd = ProcessHandle.of(
                            shim.conmon().pid())
                    .map(handle -> handle.onExit().<Void>thenApply(ended -> null))
                    .orElse(CompletableFuture.completedFuture(null));
            track(shim, supervisorEnd);
            return new Restored.Running(shim);
        }
        shims.put(containerId, shim);
        signal(shim.init(), SIGKILL);
        return new Restored.Ended(exits.recorded(shim).orElseGet(() -> ExitWatch.unseen(shim)));
    }

    /**
     * Lets the created container run.
     *
     * @throws StartFailedException if it cannot
     */
    public void start(String containerId) {
        Shim shim = require(containerId);
        StartGate gate = new StartGate(runtime.stateDirectory(containerId));
        if (gate.exists() && gate.open(shim.init(), blocking)) {
            return;
        }
        try {
            runtime.run("start", containerId);
        } catch (RuntimeCommandException e) {
            StartFailedException failure = RuntimeErrors.startFailed(runtime.name(), e.detail());
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** Completed when the container has ended; empty if it is not known here. */
    public Optional<CompletableFuture<ExitStatus>> end(String containerId) {
        return exits.end(containerId);
    }

    /** What is known of a created container; empty once it is deleted. */
    public Optional<Shim> find(String containerId) {
        return Optional.ofNullable(shims.get(containerId));
    }

    /**
     * Sends a signal to the first process. Does nothing if it has ended.
     *
     * @param signal its number
     * @param all to every process of the container
     * @return whether there was a process
     */
    public boolean kill(String containerId, int signal, boolean all) {
        Shim shim = require(containerId);
        if (all) {
            runtime.run("kill", "--all", containerId, Integer.toString(signal));
            return true;
        }
        return signal(shim.init(), signal);
    }

    private static boolean signal(ProcessId process, int signal) {
        Optional<PidFd> held = PidFd.open(process.pid());
        if (held.isEmpty()) {
            return false;
        }
        try (PidFd target = held.get()) {
            // Asked when it is held already: from here on the number cannot come to mean another.
            return process.isAlive() && target.signal(signal);
        }
    }

    /** Freezes all processes. */
    public void pause(String containerId) {
        runtime.run("pause", containerId);
    }

    /** Lets frozen processes go on. */
    public void resume(String containerId) {
        runtime.run("resume", containerId);
    }

    /** The host's numbers of all its processes, for {@code top}. */
    public List<Long> processes(String containerId) {
        return runtime.processes(containerId);
    }

    /**
     * Changes limits of a container that runs.
     *
     * @param resources {@code linux.resources} of the OCI runtime specification, as JSON
     */
    public void update(String containerId, String resources) {
        runtime.runWithInput(resources, "update", "--resources", "-", containerId);
    }

    /**
     * Attaches to standard input and output. The sink hears what comes from now on, and of the end.
     *
     * @throws EngineException if conmon does not hold it any more
     */
    public AttachStream attach(String containerId, OutputSink sink) {
        Shim shim = require(containerId);
        return AttachStream.open(
                shim.attachSocket(), containerId.substring(0, Math.min(12, containerId.length())), sink);
    }

    /** Sets the size of the terminal. Does nothing if the container has ended. */
    public void resize(String containerId, int rows, int columns) {
        resize(require(containerId).control(), rows, columns);
    }

    /** Makes conmon begin another file of the log's name, if the container has not ended. */
    public void reopenLog(String containerId) {
        find(containerId).ifPresent(shim -> control(shim.control(), "2 0 0"));
    }

    /** Of all directories that something is waited for in. */
    public DirectoryWatch watches() {
        return watches;
    }

    /** Opened for both ways, the pipe never blocks, whether or not conmon is still there to read. */
    static void resize(Path control, int rows, int columns) {
        control(control, "1 " + rows + " " + columns);
    }

    private static void control(Path control, String message) {
        if (!Files.exists(control)) {
            return;
        }
        try (RandomAccessFile pipe = new RandomAccessFile(control.toFile(), "rw")) {
            pipe.write((message + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + control, e);
        }
    }

    /**
     * Removes what the OCI runtime keeps of a container, and forgets it. Idempotent.
     *
     * @param force kill it first if it runs
     */
    public void delete(String containerId, boolean force) {
        Optional<Shim> shim = find(containerId);
        boolean running = shim.isPresent() && shim.get().init().isAlive();
        if (running && !force) {
            throw new EngineException(EngineException.Kind.CONFLICT, "container " + containerId + " is running");
        }
        RuntimeLeftovers leftovers = new RuntimeLeftovers(runtime.stateDirectory(containerId));
        if (!leftovers.absent() && (running || !leftovers.remove())) {
            runtime.run("delete", "--force", containerId);
        }
        shims.remove(containerId);
        exits.forget(containerId);
        shim.ifPresent(known -> clear(known.bundle()));
    }

    private Shim require(String containerId) {
        Shim shim = shims.get(containerId);
        if (shim == null) {
            throw new EngineException(EngineException.Kind.CONFLICT, "container " + containerId + " is not running");
        }
        return shim;
    }

    private static void clear(Path bundle) {
        try {
            for (String file : List.of("attach", "ctl", "winsz", "pid", "oom", "oci-log", "shim.json")) {
                Files.deleteIfExists(bundle.resolve(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + bundle, e);
        }
    }

    private static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
    }

    /**
     * Starts a further process in a container that runs; returns when it runs.
     *
     * @param sink receives its output; empty to run it detached
     * @param ended receives its exit code, before the sink is told of the end of output
     * @throws StartFailedException if it cannot be started
     */
    public ExecSession exec(ExecShimRequest request, Optional<OutputSink> sink, IntConsumer ended) {
        require(request.containerId());
        return new ExecShim(conmon, runtime, blocking, ended).start(request, sink);
    }

    /** Stops watching. Containers run on. */
    @Override
    public void close() {
        exits.close();
        watches.close();
        blocking.shutdown();
    }
}
