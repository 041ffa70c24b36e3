package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.Execs.Exec;
import io.gantry.engine.Execs.ExecRequest;
import io.gantry.engine.Health.Probe;
import io.gantry.engine.OutputSink;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.Healthcheck;
import io.gantry.linux.PidFd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One test of a container's health: a command that is run in it. */
final class HealthProbe {
    private static final int NOT_RUN = -1;
    private static final int TERM = 15;
    private static final int KILL = 9;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ExecService execs;
    private final Container container;
    private final List<String> command;
    private final Duration timeout;

    private HealthProbe(ExecService execs, Container container, List<String> command, Duration timeout) {
        this.execs = execs;
        this.container = container;
        this.command = command;
        this.timeout = timeout;
    }

    /** Of a container that is to be tested; empty for others. */
    static Optional<HealthProbe> of(ExecService execs, Container container, Duration timeout) {
        List<String> command = command(container.config());
        return command.isEmpty() ? Optional.empty() : Optional.of(new HealthProbe(execs, container, command, timeout));
    }

    private static List<String> command(ContainerConfig config) {
        List<String> test = config.healthcheck().map(Healthcheck::test).orElse(List.of());
        if (test.size() < 2) {
            return List.of();
        }
        List<String> rest = test.subList(1, test.size());
        return switch (test.get(0)) {
            case "CMD" -> rest;
            case "CMD-SHELL" -> {
                List<String> command = new ArrayList<>(
                        config.shell().filter(shell -> !shell.isEmpty()).orElse(List.of("/bin/sh", "-c")));
                command.addAll(rest);
                yield command;
            }
            default -> List.of();
        };
    }

    /**
     * Runs it and waits for its end.
     *
     * @param stopped completed when nobody wants to know any more; then it is ended
     */
    Probe run(CompletableFuture<?> stopped) {
        Instant start = Instant.now();
        Output output = new Output();
        try {
            String id = execs.create(
                    container.id(), new ExecRequest(false, true, true, false, "", false, List.of(), "", command, ""));
            try {
                execs.start(id, output).closeInput();
                return await(id, start, output, stopped);
            } finally {
                execs.forgetOne(id);
            }
        } catch (RuntimeException e) {
            return new Probe(start, Instant.now(), NOT_RUN, String.valueOf(e.getMessage()));
        }
    }

    private Probe await(String id, Instant start, Output output, CompletableFuture<?> stopped) {
        if (!ended(output, stopped, timeout)) {
            end(execs.find(id), output);
            String told = output.text();
            return new Probe(
                    start,
                    Instant.now(),
                    NOT_RUN,
                    "Health check exceeded timeout (" + GoDuration.text(timeout) + ")"
                            + (told.isEmpty() ? "" : ": " + told));
        }
        Exec exec = execs.find(id);
        return new Probe(start, Instant.now(), exec.exitCode().orElse(NOT_RUN), output.text());
    }

    private static boolean ended(Output output, CompletableFuture<?> stopped, Duration limit) {
        try {
            CompletableFuture.anyOf(output.closed, stopped).get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return output.closed.isDone();
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Asks it to end, and then kills it, so that tests that hang do not pile up. */
    private static void end(Exec exec, Output output) {
        if (exec.pid() == 0) {
            return;
        }
        Optional<PidFd> held = PidFd.open(exec.pid());
        if (held.isPresent()) {
            try (PidFd process = held.get()) {
                process.signal(TERM);
                if (!ended(output, new CompletableFuture<>(), GRACE)) {
                    process.signal(KILL);
                    ended(output, new CompletableFuture<>(), GRACE);
                }
            }
        }
    }

    /** The first bytes of what it wrote. */
    private static final class Output implements OutputSink {
        private static final int MOST = 4096;

        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean truncated;

        @Override
        public synchronized void output(Channel channel, ByteBuffer data) {
            int fits = Math.min(data.remaining(), MOST - bytes.size());
            truncated |= fits < data.remaining();
            byte[] taken = new byte[fits];
            data.get(taken);
            bytes.writeBytes(taken);
        }

        @Override
        public void closed() {
            closed.complete(null);
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8) + (truncated ? "..." : "");
        }
    }
}
