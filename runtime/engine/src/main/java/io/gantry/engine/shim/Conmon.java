package io.gantry.engine.shim;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A running conmon. It is our child as long as we live ({@code --sync}), which saves it a fork and tells us of its end, and
 * goes on without us.
 *
 * <p>conmon wants its pipes by number. Since {@link ProcessBuilder} passes three descriptors only, a shell duplicates them
 * and becomes conmon.
 */
final class Conmon implements AutoCloseable {
    private static final String SYNC = "exec \"$0\" \"$@\" 3>&1 </dev/null";
    private static final String SYNC_START_ATTACH = "exec \"$0\" \"$@\" 3>&1 4<&0 5>&1";

    private final Process process;
    private final InputStream messages;

    private Conmon(Process process) {
        this.process = process;
        this.messages = process.getInputStream();
    }

    /** Starts one that reports on its sync pipe and waits for nothing. */
    static Conmon start(Path program, List<String> arguments, Path directory) {
        return launch(SYNC, program, arguments, directory, Map.of("_OCI_SYNCPIPE", "3"));
    }

    /**
     * Starts one that waits twice for {@link #go}: before it does anything, and before it runs the runtime. In between it
     * reports that its attach socket is there.
     */
    static Conmon startWaiting(Path program, List<String> arguments, Path directory) {
        return launch(
                SYNC_START_ATTACH,
                program,
                arguments,
                directory,
                Map.of("_OCI_SYNCPIPE", "3", "_OCI_STARTPIPE", "4", "_OCI_ATTACHPIPE", "5"));
    }

    private static Conmon launch(
            String shell, Path program, List<String> arguments, Path directory, Map<String, String> pipes) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shell, program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        RuntimeEnvironment.apply(builder.environment());
        builder.environment().putAll(pipes);
        try {
            return new Conmon(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        }
    }

    /** Lets it go on. */
    void go() {
        try {
            OutputStream start = process.getOutputStream();
            start.write('\n');
            start.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell conmon to go on: it has ended", e);
        }
    }

    /** Its next message; empty when there will be none. */
    Optional<SyncMessage> message() {
        try {
            return SyncMessage.read(messages);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what conmon reports", e);
        }
    }

    /** What it had to complain of before it let go of its standard error. */
    String complaint() {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    long pid() {
        return process.pid();
    }

    CompletableFuture<Process> ended() {
        return process.onExit();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Closes our ends of its pipes; it goes on. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            messages.close();
            process.getErrorStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
