package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What a container does, in Docker's words. */
final class ContainerStatus {
    private ContainerStatus() {}

    /** {@code Up 5 minutes}, {@code Exited (0) 2 hours ago} and the like. */
    static String sentence(Container container, Instant now) {
        ContainerState state = container.state();
        return switch (state.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + since(state.startedAt(), now) + health(container);
            case PAUSED -> "Up " + since(state.startedAt(), now) + " (Paused)";
            case RESTARTING -> "Restarting (" + state.exitCode() + ") " + since(state.finishedAt(), now) + " ago";
            case REMOVING -> "Removal In Progress";
            case EXITED ->
                state.finishedAt().equals(ContainerState.NEVER)
                        ? "Created"
                        : "Exited (" + state.exitCode() + ") " + since(state.finishedAt(), now) + " ago";
            case DEAD -> "Dead";
        };
    }

    private static String health(Container container) {
        return container
                .health()
                .map(health ->
                        health.status() == Health.Status.STARTING ? " (health: starting)" : " (" + word(health) + ")")
                .orElse("");
    }

    /** {@code starting}, {@code healthy} or {@code unhealthy}. */
    private static String word(Health health) {
        return health.status().name().toLowerCase(Locale.ROOT);
    }

    /** The same, and {@code none} for a container that is not tested. */
    static String healthWord(Container container) {
        return container.health().map(ContainerStatus::word).orElse("none");
    }

    private static String since(Instant time, Instant now) {
        return Times.human(Duration.between(time, now));
    }

    /** {@code running}, {@code exited} and the like. */
    static String word(ContainerState state) {
        return state.status().name().toLowerCase(Locale.ROOT);
    }

    /** {@code State} of an inspected container. */
    static View state(Container container) {
        ContainerState state = container.state();
        return new View()
                .put("Status", word(state))
                .put("Running", state.isUp() || state.status() == ContainerState.Status.RESTARTING)
                .put("Paused", state.status() == ContainerState.Status.PAUSED)
                .put("Restarting", state.status() == ContainerState.Status.RESTARTING)
                .put("OOMKilled", state.oomKilled())
                .put("Dead", state.status() == ContainerState.Status.DEAD)
                .put("Pid", state.pid())
                .put("ExitCode", state.exitCode())
                .put("Error", state.error())
                .put("StartedAt", state.startedAt().toString())
                .put("FinishedAt", state.finishedAt().toString())
                .putIf(
                        container.health().isPresent(),
                        "Health",
                        container.health().map(ContainerStatus::view).orElseGet(View::new));
    }

    private static View view(Health health) {
        return new View()
                .put("Status", word(health))
                .put("FailingStreak", health.failingStreak())
                .put(
                        "Log",
                        health.log().stream()
                                .map(probe -> new View()
                                        .put("Start", probe.start().toString())
                                        .put("End", probe.end().toString())
                                        .put("ExitCode", probe.exitCode())
                                        .put("Output", probe.output()))
                                .toList());
    }
}
