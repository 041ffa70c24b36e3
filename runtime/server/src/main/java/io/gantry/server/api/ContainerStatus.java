package io.gantry.server.api;

import io.gantry.engine.ContainerState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What a container does, in Docker's words. */
final class ContainerStatus {
    private ContainerStatus() {}

    /** {@code Up 5 minutes}, {@code Exited (0) 2 hours ago} and the like. */
    static String sentence(ContainerState state, Instant now) {
        return switch (state.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + since(state.startedAt(), now);
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

    private static String since(Instant time, Instant now) {
        return Times.human(Duration.between(time, now));
    }

    /** {@code running}, {@code exited} and the like. */
    static String word(ContainerState state) {
        return state.status().name().toLowerCase(Locale.ROOT);
    }

    /** {@code State} of an inspected container. */
    static View state(ContainerState state) {
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
                .put("FinishedAt", state.finishedAt().toString());
    }
}
