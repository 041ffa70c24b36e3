package io.gantry.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program that ran to its end.
 *
 * @param exitCode of the program
 * @param out its standard output
 * @param err its standard error
 */
public record Ran(int exitCode, String out, String err) {
    private static final long MINUTES = 3;

    /** Runs a program with this input. */
    public static Ran of(List<String> command, byte[] input) throws IOException, InterruptedException {
        return finish(new ProcessBuilder(command).start(), input);
    }

    /** Waits for the end of a program, collecting what it says. */
    public static Ran finish(Process process, byte[] input) throws IOException, InterruptedException {
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        try (OutputStream to = process.getOutputStream()) {
            to.write(input);
        } catch (IOException ended) {
            if (process.isAlive() && input.length == 0) {
                throw ended;
            }
        }
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("it does not end: " + process.info().commandLine());
        }
        return new Ran(process.exitValue(), out.join(), err.join());
    }

    private static String read(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The standard output of a program that succeeded, without the last line's end. */
    public String text() {
        if (exitCode != 0) {
            throw new AssertionError("exit code " + exitCode + ": " + err + out);
        }
        return out.stripTrailing();
    }
}
