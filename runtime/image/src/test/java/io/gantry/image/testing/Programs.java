package io.gantry.image.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Programs of the machine that make and read archives, independent of ours. */
public final class Programs {
    private Programs() {}

    /** Skips the test where one is not installed. */
    public static void assume(String... programs) {
        for (String program : programs) {
            assumeThat(Stream.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin")
                            .map(directory -> Path.of(directory, program)))
                    .as("%s is installed (Debian package %s)", program, program)
                    .anyMatch(Files::isExecutable);
        }
    }

    /** Skips the test where it may not mount, make devices, and change owners. */
    public static void assumeRoot() {
        assumeThat(ProcessHandle.current().info().user())
                .as("the test runs as root")
                .contains("root");
    }

    /** Runs one to its end; gives what it printed. Its home is a directory of the test's. */
    public static String run(Path home, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment().put("XDG_RUNTIME_DIR", home.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", List.of(command), output)
                .isZero();
        return output;
    }
}
