package io.gantry.engine.shim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the programs say of themselves.
 *
 * @param conmon such as {@code 2.1.6}
 * @param runtimeName such as {@code runc}
 * @param runtime such as {@code 1.1.5+ds1}
 * @param runtimeCommit empty if it does not say
 */
public record RuntimeVersions(String conmon, String runtimeName, String runtime, String runtimeCommit) {
    static RuntimeVersions ask(Path conmon, Path runtime) {
        List<String> held = lines(conmon);
        List<String> ran = lines(runtime);
        return new RuntimeVersions(
                lastWord(held.get(0)),
                runtime.getFileName().toString(),
                lastWord(ran.get(0)),
                ran.stream()
                        .filter(line -> line.startsWith("commit:"))
                        .map(RuntimeVersions::lastWord)
                        .findFirst()
                        .orElse(""));
    }

    private static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    private static List<String> lines(Path program) {
        ProcessBuilder builder = new ProcessBuilder(program.toString(), "--version");
        builder.environment().keySet().retainAll(Map.of("PATH", "").keySet());
        try {
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.isBlank() ? List.of("") : text.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + program + " --version", e);
        }
    }
}
