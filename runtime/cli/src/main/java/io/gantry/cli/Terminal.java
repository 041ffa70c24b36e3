package io.gantry.cli;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user's terminal, set by {@code stty}: the JDK cannot set terminal modes, and a native library would cost
 * every command its loading. Only {@code -t} comes here.
 */
final class Terminal implements Closeable {
    private static final File INPUT = new File("/proc/self/fd/0");
    private static final File OUTPUT = new File("/proc/self/fd/1");

    /** Rows and columns. */
    record Size(int rows, int columns) {
        List<Object> asList() {
            return List.of((long) rows, (long) columns);
        }
    }

    private final String saved;

    private Terminal(String saved) {
        this.saved = saved;
    }

    /** Raw mode of the terminal on standard input, until closed. */
    static Terminal raw() throws IOException {
        return new Terminal(
                run(INPUT, "sh", "-c", "stty -g && stty raw -echo -iexten").trim());
    }

    /** The size of the terminal on standard output. */
    static Optional<Size> size() {
        try {
            String[] numbers = run(OUTPUT, "stty", "size").trim().split(" ");
            return Optional.of(new Size(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static String run(File terminal, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectInput(terminal)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("cannot set the terminal by stty: " + output.trim());
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while setting the terminal", e);
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        run(INPUT, "stty", saved);
    }
}
