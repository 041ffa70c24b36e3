package io.gantry.tck.storage;

import io.gantry.tck.storage.ConformanceCase.Outcome;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** All that is known of a suite's run, as the two files of {@link StorageDriverContract}. Thread-safe. */
final class ConformanceRecord {
    private static final String FORMAT = "1";

    private final String suite;
    private final String run;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<String, ConformanceCase> cases = new TreeMap<>();

    /**
     * An empty one.
     *
     * @param suite the class under which it ran
     * @param run the process, so that a class that runs again in the same one goes on with what is on disk
     */
    ConformanceRecord(String suite, String run) {
        this.suite = suite;
        this.run = run;
    }

    synchronized void fact(String key, String value) {
        facts.put(key, value);
    }

    synchronized void add(ConformanceCase ended) {
        cases.merge(ended.group() + "." + ended.name(), ended, (before, after) -> after.after(before));
    }

    /** Writes both files, with what the same process wrote there before. */
    synchronized void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path properties = directory.resolve(suite + ".properties");
        if (Files.exists(properties)) {
            goOn(properties);
        }
        Files.writeString(properties, properties());
        Files.writeString(directory.resolve(suite + ".txt"), text());
    }

    private void goOn(Path file) throws IOException {
        Properties before = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            before.load(reader);
        }
        if (!run.equals(before.getProperty("run"))) {
            return;
        }
        for (int i = 1; before.containsKey("case." + i + ".name"); i++) {
            String name = before.getProperty("case." + i + ".name");
            int dot = name.indexOf('.');
            ConformanceCase earlier = new ConformanceCase(
                    name.substring(0, dot),
                    name.substring(dot + 1),
                    Outcome.valueOf(before.getProperty("case." + i + ".outcome")
                            .toUpperCase(Locale.ROOT)
                            .replace('-', '_')),
                    before.getProperty("case." + i + ".reason", ""),
                    Integer.parseInt(before.getProperty("case." + i + ".attempts")),
                    Duration.ofMillis(Long.parseLong(before.getProperty("case." + i + ".millis"))));
            cases.merge(name, earlier, (after, first) -> after.after(first));
        }
        for (String kept : List.of("kills", "seed")) {
            if (before.containsKey(kept)) {
                facts.putIfAbsent(kept, before.getProperty(kept));
            }
        }
    }

    private String properties() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("format", FORMAT);
        all.put("run", run);
        all.put("suite", suite);
        all.putAll(facts);
        for (Outcome outcome : Outcome.values()) {
            all.put(word(outcome), Long.toString(with(outcome).size()));
        }
        all.put("millis", Long.toString(took().toMillis()));
        int number = 1;
        for (ConformanceCase one : cases.values()) {
            String prefix = "case." + number++ + ".";
            all.put(prefix + "name", one.group() + "." + one.name());
            all.put(prefix + "outcome", word(one.outcome()));
            all.put(prefix + "millis", Long.toString(one.took().toMillis()));
            all.put(prefix + "attempts", Integer.toString(one.attempts()));
            if (!one.reason().isEmpty()) {
                all.put(prefix + "reason", one.reason());
            }
        }
        StringBuilder text = new StringBuilder();
        all.forEach((key, value) ->
                text.append(key).append('=').append(escape(value)).append('\n'));
        return text.toString();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        facts.forEach((key, value) -> line(text, key, value));
        line(text, "suite", suite);
        line(text, "time", seconds(took()));
        List<String> counts = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            counts.add(with(outcome).size() + " " + word(outcome).replace('-', ' '));
        }
        line(text, "result", String.join(", ", counts));
        reasons(text, Outcome.FAILED);
        reasons(text, Outcome.SKIPPED);
        reasons(text, Outcome.NOT_OFFERED);
        String group = "";
        text.append("\npassed\n");
        for (ConformanceCase one : with(Outcome.PASSED)) {
            if (!group.equals(one.group())) {
                group = one.group();
                text.append("  ").append(group).append('\n');
            }
            text.append("    ")
                    .append(one.words())
                    .append(" (")
                    .append(seconds(one.took()))
                    .append(')');
            if (one.attempts() > 1) {
                text.append(", only when run again, after: ").append(firstLine(one.reason()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private void reasons(StringBuilder text, Outcome outcome) {
        Map<String, List<String>> because = new TreeMap<>();
        for (ConformanceCase one : with(outcome)) {
            because.computeIfAbsent(one.reason().strip(), key -> new ArrayList<>())
                    .add(one.group() + ": " + one.words());
        }
        if (because.isEmpty()) {
            return;
        }
        text.append('\n').append(word(outcome).replace('-', ' ')).append('\n');
        because.forEach((reason, names) -> {
            text.append("  ").append(reason.replace("\n", "\n  ")).append('\n');
            names.forEach(name -> text.append("      ").append(name).append('\n'));
        });
    }

    private Collection<ConformanceCase> with(Outcome outcome) {
        return cases.values().stream().filter(one -> one.outcome() == outcome).toList();
    }

    private Duration took() {
        return cases.values().stream().map(ConformanceCase::took).reduce(Duration.ZERO, Duration::plus);
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(String.format(Locale.ROOT, "%-16s%s%n", key, value));
    }

    private static String seconds(Duration took) {
        return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    }

    private static String firstLine(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String word(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String escape(String value) {
        return value.strip()
                .replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
