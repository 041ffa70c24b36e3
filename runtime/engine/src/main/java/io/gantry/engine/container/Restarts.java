package io.gantry.engine.container;

import io.gantry.engine.model.RestartPolicy;
import io.gantry.engine.shim.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts containers again by their policy, after a pause that doubles up to a minute, and begins anew once a container has run for ten seconds. */
final class Restarts implements AutoCloseable {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration STEADY = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor timer;
    private final Executor background;
    private final Consumer<Entry> start;
    private final Map<String, Future<?>> pending = new ConcurrentHashMap<>();
    private final Map<String, Duration> pauses = new ConcurrentHashMap<>();

    Restarts(Executor background, Consumer<Entry> start) {
        this.background = background;
        this.start = start;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gantry-restarts");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Whether a container that has just ended is to be started again. */
    static boolean wanted(Entry entry, ExitStatus status) {
        RestartPolicy policy = entry.container().hostConfig().restartPolicy();
        boolean asked = entry.stored().stoppedByUser();
        return switch (policy.name()) {
            case "always", "unless-stopped" -> !asked;
            case "on-failure" ->
                !asked
                        && status.exitCode() != 0
                        && (policy.maximumRetryCount() == 0
                                || entry.container().restartCount() < policy.maximumRetryCount());
            default -> false;
        };
    }

    /** Whether a container that could not be started again is to be tried once more. */
    static boolean wantedAfterFailure(Entry entry) {
        RestartPolicy policy = entry.container().hostConfig().restartPolicy();
        return switch (policy.name()) {
            case "always", "unless-stopped" -> !entry.stored().stoppedByUser();
            case "on-failure" ->
                policy.maximumRetryCount() == 0 || entry.container().restartCount() < policy.maximumRetryCount();
            default -> false;
        };
    }

    /** Whether a container that does not run is to be started with the engine. */
    static boolean wantedAtStart(Entry entry) {
        boolean ran = entry.state().status() != io.gantry.engine.ContainerState.Status.CREATED;
        boolean idle = !entry.state().isUp();
        return switch (entry.container().hostConfig().restartPolicy().name()) {
            case "always" -> ran && idle;
            case "unless-stopped" -> ran && idle && !entry.stored().stoppedByUser();
            case "on-failure" ->
                ran && idle && !entry.stored().stoppedByUser() && entry.state().exitCode() != 0;
            default -> false;
        };
    }

    /** Starts a container after a pause. */
    void schedule(Entry entry) {
        boolean steady =
                Duration.between(entry.state().startedAt(), Instant.now()).compareTo(STEADY) > 0;
        Duration pause = pauses.compute(entry.id(), (id, last) -> last == null || steady ? FIRST : longer(last));
        pending.put(
                entry.id(),
                timer.schedule(
                        () -> {
                            if (pending.remove(entry.id()) != null) {
                                background.execute(() -> start.accept(entry));
                            }
                        },
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS));
    }

    private static Duration longer(Duration last) {
        Duration twice = last.multipliedBy(2);
        return twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
    }

    /** Takes a start back that has not begun; whether there was one. */
    boolean cancel(String containerId) {
        Future<?> future = pending.remove(containerId);
        return future != null && future.cancel(false);
    }

    /** Begins anew with the shortest pause. */
    void forget(String containerId) {
        pauses.remove(containerId);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
