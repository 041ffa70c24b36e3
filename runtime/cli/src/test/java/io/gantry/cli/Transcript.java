package io.gantry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of cases: what a command line sends to the daemon, prints and ends with.
 *
 * <pre>
 * $ run --rm busybox true        the case: recorded from Docker's own command
 * ! drivers ls                   the case: written by hand, as Docker has no such command or we differ on purpose
 * @ GET /containers/json 200 json []   an answer of the stub, before those of world.txt
 * &lt; text                         standard input
 * &amp; NAME=value                   the environment
 * + name content                 a file, reachable as $TMP/name; \n is a line end
 * % sorted                       requests come in any order
 * &gt; GET /containers/json         a request
 * 1|line   1:unended line        standard output;  2| and 2: standard error
 * = 0                            the exit code
 * </pre>
 */
record Transcript(Path file, List<Case> cases) {
    /** {@code before} are comments and blank lines. */
    record Case(
            String file, int line, List<String> before, String command, List<String> settings, List<String> expected) {
        boolean recorded() {
            return command.startsWith("$ ");
        }

        String commandLine() {
            return command.substring(2);
        }

        /** The settings with this mark. */
        List<String> settings(String mark) {
            return settings.stream()
                    .filter(line -> line.startsWith(mark + " "))
                    .map(line -> line.substring(2))
                    .toList();
        }

        Case expecting(List<String> lines) {
            return new Case(file, line, before, command, settings, lines);
        }

        @Override
        public String toString() {
            return file + ":" + line + " " + commandLine();
        }
    }

    static Transcript read(Path file) throws IOException {
        List<Case> cases = new ArrayList<>();
        List<String> before = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at);
            if (!line.startsWith("$ ") && !line.startsWith("! ")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    throw new IOException(file + ":" + (at + 1) + ": belongs to no case: " + line);
                }
                before.add(line);
                at++;
                continue;
            }
            List<String> settings = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            int start = at + 1;
            for (at++; at < lines.size() && !lines.get(at).isBlank(); at++) {
                String next = lines.get(at);
                if (next.startsWith("$ ") || next.startsWith("! ") || next.startsWith("#")) {
                    break;
                }
                ("@<&+%".indexOf(next.charAt(0)) >= 0 ? settings : expected).add(next);
            }
            cases.add(new Case(
                    file.getFileName().toString(), start, List.copyOf(before), line, settings, List.copyOf(expected)));
            before.clear();
        }
        return new Transcript(file, List.copyOf(cases));
    }

    static List<Transcript> all(Path folder) throws IOException {
        List<Transcript> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (!file.endsWith("world.txt")) {
                    all.add(read(file));
                }
            }
        }
        return all;
    }

    /** Writes the cases in place of those the file has. */
    void write(List<Case> changed) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Case each : changed) {
            lines.addAll(each.before());
            lines.add(each.command());
            lines.addAll(each.settings());
            lines.addAll(each.expected());
        }
        Files.write(file, lines);
    }

    /** The words of a command line; quotes hold words together. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0 ? c == quote : c == '\'' || c == '"') {
                quote = quote == 0 ? c : 0;
                inWord = true;
            } else if (quote == 0 && c == ' ') {
                if (inWord) {
                    words.add(word.toString());
                }
                word.setLength(0);
                inWord = false;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}
