package io.gantry.engine.shim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows of every container that is expected to end, and reports each end once: when its exit file appears, or when conmon
 * ends without one. Thread-safe.
 */
final class ExitWatch implements AutoCloseable {
    private final Path directory;
    private final ExitListener listener;
    private final Map<String, Expected> expected = new ConcurrentHashMap<>();
    private final DirectoryWatch.Listener watch;

    private record Expected(Shim shim, CompletableFuture<ExitStatus> end) {}

    ExitWatch(Path directory, DirectoryWatch watches, ExitListener listener) {
        this.directory = directory;
        this.listener = listener;
        this.watch = watches.watch(directory, this::changed);
    }

    /** Forgets the end of an earlier run. To be called before conmon starts. */
    void prepare(String containerId) {
        try {
            Files.deleteIfExists(file(containerId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of a container from now on; one that has ended already is reported at once. */
    CompletableFuture<ExitStatus> expect(Shim shim) {
        CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        expected.put(shim.containerId(), new Expected(shim, end));
        check(shim.containerId());
        return end;
    }

    /** The end of a container that is expected or was reported and not forgotten. */
    Optional<CompletableFuture<ExitStatus>> end(String containerId) {
        return Optional.ofNullable(expected.get(containerId)).map(Expected::end);
    }

    /** No report any more for this one. */
    void forget(String containerId) {
        expected.remove(containerId);
        prepare(containerId);
    }

    /** conmon has ended: with an exit file, or, if something killed it, without. */
    void supervisorEnded(Shim shim) {
        check(shim.containerId());
        Expected waiting = expected.get(shim.containerId());
        if (waiting != null && waiting.shim().equals(shim)) {
            report(waiting, unseen(shim));
        }
    }

    /** What the exit file says; empty as long as there is none. */
    Optional<ExitStatus> recorded(Shim shim) {
        Path file = file(shim.containerId());
        try {
            String code = Files.readString(file).strip();
            Instant finished = Files.getLastModifiedTime(file).toInstant();
            boolean oomKilled = Files.exists(shim.oomMark());
            return Optional.of(new ExitStatus(shim.containerId(), Integer.parseInt(code), oomKilled, finished));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    static ExitStatus unseen(Shim shim) {
        return new ExitStatus(shim.containerId(), ExitStatus.UNKNOWN, Files.exists(shim.oomMark()), Instant.now());
    }

    private void changed(String name) {
        if (name.isEmpty()) {
            List.copyOf(expected.keySet()).forEach(this::check);
        } else {
            check(name);
        }
    }

    private void check(String containerId) {
        Expected waiting = expected.get(containerId);
        if (waiting != null && !waiting.end().isDone()) {
            recorded(waiting.shim()).ifPresent(status -> report(waiting, status));
        }
    }

    private void report(Expected waiting, ExitStatus status) {
        if (waiting.end().complete(status)) {
            listener.exited(status);
        }
    }

    private Path file(String containerId) {
        return directory.resolve(containerId);
    }

    @Override
    public void close() {
        watch.close();
    }
}
