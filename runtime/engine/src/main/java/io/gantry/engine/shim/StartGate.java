package io.gantry.engine.shim;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The pipe {@code exec.fifo} at which a created container waits. runc and crun both let the container go by reading the
 * byte that its first process then writes; doing it here saves the start of a program.
 */
final class StartGate {
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final Path fifo;

    StartGate(Path stateDirectory) {
        this.fifo = stateDirectory.resolve("exec.fifo");
    }

    /** Whether the runtime works this way. */
    boolean exists() {
        return Files.exists(fifo);
    }

    /**
     * Lets the container go. Returns false when it has ended, or was let go before.
     *
     * @param init its first process, which must open the pipe
     * @param readers where the read, which blocks until then, runs
     */
    boolean open(ProcessId init, Executor readers) {
        CompletableFuture<Integer> read = CompletableFuture.supplyAsync(this::take, readers);
        boolean released = false;
        while (true) {
            try {
                boolean went = read.get(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS) > 0;
                if (went) {
                    Files.deleteIfExists(fifo);
                }
                return went;
            } catch (TimeoutException e) {
                if (!init.isAlive() && !released) {
                    released = true;
                    release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                release();
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("cannot read " + fifo, e.getCause());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot remove " + fifo, e);
            }
        }
    }

    private int take() {
        try (InputStream in = Files.newInputStream(fifo)) {
            return in.readAllBytes().length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the wait of a reader for somebody who writes. Opening for both ways never blocks. */
    private void release() {
        try (RandomAccessFile both = new RandomAccessFile(fifo.toFile(), "rw")) {
            both.getFD();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
