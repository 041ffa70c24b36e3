package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OCI runtime's command line. Thread-safe. */
final class OciRuntime {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern TEXT_MESSAGE = Pattern.compile("level=error msg=(\"(?:[^\"\\\\]|\\\\.)*\"|\\S+)");

    private final Path program;
    private final Path root;

    OciRuntime(Path program, Path root) {
        this.program = program;
        this.root = root;
    }

    /** The program. */
    Path program() {
        return program;
    }

    /** {@code runc}, {@code crun}, … */
    String name() {
        return program.getFileName().toString();
    }

    /** Where it keeps a container's state. */
    Path stateDirectory(String containerId) {
        return root.resolve(containerId);
    }

    /** The options that every call carries, for conmon to pass on. */
    List<String> globalOptions(Path log) {
        return List.of("--root", root.toString(), "--log", log.toString(), "--log-format", "json");
    }

    /**
     * Runs one of its commands to the end.
     *
     * @return its standard output
     * @throws RuntimeCommandException with its own words if it fails
     */
    String run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** As {@link #run}, with something on its standard input. */
    String runWithInput(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--root", root.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        RuntimeEnvironment.apply(builder.environment());
        Path errors = null;
        try {
            errors = Files.createTempFile("gantry-runtime", ".err");
            Process process = builder.redirectError(errors.toFile()).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new RuntimeCommandException(name() + " " + arguments[0], message(Files.readString(errors)));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + program, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeCommandException(name() + " " + arguments[0], "interrupted");
        } finally {
            deleteQuietly(errors);
        }
    }

    /** The host's numbers of a container's processes. */
    List<Long> processes(String containerId) {
        try {
            List<Long> pids = new ArrayList<>();
            JSON.readTree(run("ps", "--format", "json", containerId)).forEach(pid -> pids.add(pid.asLong()));
            return pids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last error of a log that it wrote with {@link #globalOptions}; empty when there is none. */
    static String lastError(Path log) {
        String last = "";
        try {
            for (String line : Files.exists(log) ? Files.readAllLines(log) : List.<String>of()) {
                JsonNode node = JSON.readTree(line);
                if ("error".equals(node.path("level").asText())) {
                    last = node.path("msg").asText();
                }
            }
        } catch (IOException e) {
            return last;
        }
        return last;
    }

    /** Its own words out of {@code time="…" level=error msg="…"}, or everything if they are not there. */
    private static String message(String text) throws IOException {
        Matcher matcher = TEXT_MESSAGE.matcher(text);
        String last = text.strip();
        while (matcher.find()) {
            String found = matcher.group(1);
            last = found.startsWith("\"") ? JSON.readValue(found, String.class) : found;
        }
        return last;
    }

    private static void deleteQuietly(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
