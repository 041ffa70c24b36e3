package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user's terminal on standard input, set by {@code stty}: the JDK cannot set terminal modes, and a native library would cost
 * every command its loading. Only {@code -t} comes here.
 */
final class Terminal implements Closeable {
    /** Rows and columns. */
    record Size(int rows, int columns) {}

    private final String saved;

    private Terminal(String saved) {
        this.saved = saved;
    }

    /** Raw mode until closed. */
    static Terminal raw() throws IOException {
        Terminal terminal = new Terminal(stty("-g").trim());
        stty("raw", "-echo");
        return terminal;
    }

    static Optional<Size> size() {
        try {
            String[] numbers = stty("size").trim().split(" ");
            return Optional.of(new Size(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("cannot set the terminal: " + output.trim());
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while setting the terminal", e);
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        stty(saved);
    }
}
