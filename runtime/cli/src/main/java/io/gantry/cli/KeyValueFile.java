package io.gantry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Docker's env and label files: one {@code key=value} or bare key per line, {@code #} starts a comment line. */
final class KeyValueFile {
    private KeyValueFile() {}

    /** The lines in order; a bare key takes its value from {@code environment}, and is left out without one there. */
    static List<String> read(Path file, Map<String, String> environment) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw new UsageException("open " + file + ": no such file or directory");
        }
        List<String> entries = new ArrayList<>();
        for (String raw : lines) {
            String line = raw.stripLeading();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals);
            if (key.isEmpty()) {
                throw new UsageException("invalid env file (" + file + "): no variable name on line '" + line + "'");
            }
            if (key.indexOf(' ') >= 0 || key.indexOf('\t') >= 0) {
                throw new UsageException(
                        "invalid env file (" + file + "): variable '" + key + "' contains whitespaces");
            }
            if (equals >= 0) {
                entries.add(line);
            } else if (environment.containsKey(key)) {
                entries.add(key + "=" + environment.get(key));
            }
        }
        return entries;
    }
}
