package io.gantry.engine.container;

import io.gantry.engine.Health;
import io.gantry.engine.Health.Probe;
import io.gantry.engine.Health.Status;
import io.gantry.engine.model.Healthcheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tests one container again and again while it runs, and knows what that says of its health. By Docker's rules. Thread-safe. */
final class HealthMonitor {
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration START_INTERVAL = Duration.ofSeconds(5);
    private static final int RETRIES = 3;
    private static final int KEPT = 5;

    private final HealthProbe probe;
    private final Healthcheck check;
    private final ScheduledExecutorService timer;
    private final Executor background;
    private final Consumer<Status> changed;
    private Health health = new Health(Status.STARTING, 0, List.of());
    private Instant startedAt = Instant.EPOCH;
    private Optional<Round> round = Optional.empty();

    /**
     * @param timer starts tests, which run in the background
     * @param changed is told of another status
     */
    HealthMonitor(
            HealthProbe probe,
            Healthcheck check,
            ScheduledExecutorService timer,
            Executor background,
            Consumer<Status> changed) {
        this.probe = probe;
        this.check = check;
        this.timer = timer;
        this.background = background;
        this.changed = changed;
    }

    static Duration timeout(Healthcheck check) {
        return orElse(check.timeout(), TIMEOUT);
    }

    private static Duration orElse(long nanos, Duration otherwise) {
        return nanos == 0 ? otherwise : Duration.ofNanos(nanos);
    }

    /** The tests between a start and the next stop. */
    private static final class Round {
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();
        private Optional<Future<?>> next = Optional.empty();
    }

    synchronized Health health() {
        return health;
    }

    /** The container was started. */
    synchronized void begin(Instant at) {
        end();
        startedAt = at;
        health = new Health(Status.STARTING, 0, health.log());
        resume();
    }

    /** Goes on after {@link #end}. */
    synchronized void resume() {
        if (round.isEmpty()) {
            Round begun = new Round();
            round = Optional.of(begun);
            schedule(begun);
        }
    }

    /** Does not test any more. A container that is not tested counts as unhealthy, as with Docker. */
    synchronized void end() {
        if (round.isPresent()) {
            round.get().stopped.complete(null);
            round.get().next.ifPresent(future -> future.cancel(false));
            round = Optional.empty();
            health = new Health(Status.UNHEALTHY, health.failingStreak(), health.log());
        }
    }

    private void schedule(Round of) {
        of.next = Optional.of(
                timer.schedule(() -> background.execute(() -> test(of)), pause().toNanos(), TimeUnit.NANOSECONDS));
    }

    private Duration pause() {
        boolean starting = isInStartPeriod(Instant.now()) && health.status() == Status.STARTING;
        return starting ? orElse(check.startInterval(), START_INTERVAL) : orElse(check.interval(), INTERVAL);
    }

    private boolean isInStartPeriod(Instant time) {
        return Duration.between(startedAt, time).compareTo(Duration.ofNanos(check.startPeriod())) < 0;
    }

    private void test(Round of) {
        if (!of.stopped.isDone()) {
            Probe result = probe.run(of.stopped);
            Optional<Status> another = take(of, result);
            another.ifPresent(changed);
        }
    }

    /** Reckons with a result, and has the next test wait. The status, if it is another one. */
    private synchronized Optional<Status> take(Round of, Probe result) {
        if (of.stopped.isDone()) {
            return Optional.empty();
        }
        Status old = health.status();
        health = after(result);
        schedule(of);
        return health.status() == old ? Optional.empty() : Optional.of(health.status());
    }

    private Health after(Probe result) {
        List<Probe> log = new ArrayList<>(health.log());
        log.add(result);
        List<Probe> kept = log.subList(Math.max(0, log.size() - KEPT), log.size());
        if (result.exitCode() == 0) {
            return new Health(Status.HEALTHY, 0, kept);
        }
        if (health.status() == Status.STARTING && isInStartPeriod(result.start())) {
            return new Health(Status.STARTING, health.failingStreak(), kept);
        }
        int streak = health.failingStreak() + 1;
        int retries = check.retries() == 0 ? RETRIES : check.retries();
        return new Health(streak >= retries ? Status.UNHEALTHY : health.status(), streak, kept);
    }
}
