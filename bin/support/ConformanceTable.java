import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints what the storage conformance kit's reports say: one table, driver by driver, then why cases were skipped or not offered, and what failed.
 *
 * <p>Arguments: folders with {@code *.properties} files as the kit writes them, and {@code --expect DRIVER} for every driver that must have passed somewhere. Exit code 1 if one has not, or
 * anything failed.
 */
public final class ConformanceTable {
    private static final List<String> HEAD = List.of(
            "driver", "suite", "file system", "kernel", "passed", "failed", "skipped", "not offered", "kills (seed)",
            "time");
    /** From these columns on numbers, to the right. */
    private static final int NUMBERS = 4;

    private final List<Properties> reports = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();

    public static void main(String[] arguments) throws IOException {
        ConformanceTable table = new ConformanceTable();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--expect") && i + 1 < arguments.length) {
                table.expected.add(arguments[++i]);
            } else {
                table.folders.add(arguments[i]);
                table.read(Path.of(arguments[i]));
            }
        }
        table.reports.sort(Comparator.comparing((Properties report) -> text(report, "driver"))
                .thenComparing(report -> text(report, "suite")));
        System.exit(table.print() ? 0 : 1);
    }

    private void read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".properties")).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            Properties report = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                report.load(reader);
            }
            if (report.containsKey("suite") && text(report, "format").equals("1")) {
                reports.add(report);
            }
        }
    }

    private boolean print() {
        if (reports.isEmpty()) {
            System.out.println("no conformance report below " + String.join(", ", folders));
        } else {
            printTable();
        }
        printReasons("skipped", "skipped, because");
        printReasons("not-offered", "not offered");
        printFlaky();
        printReasons("failed", "failed");
        boolean good = reports.stream().allMatch(report -> number(report, "failed") == 0);
        for (String driver : expected) {
            Collection<Properties> runs = reports.stream()
                    .filter(report -> text(report, "driver").equals(driver))
                    .toList();
            if (runs.stream().noneMatch(report -> number(report, "passed") > 0)) {
                System.out.println("\nNO RUN of driver " + driver
                        + (runs.isEmpty() ? ": there is no report" : ": all of its cases were skipped"));
                good = false;
            }
        }
        return good;
    }

    private void printTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (Properties report : reports) {
            String suite = text(report, "suite");
            String kills = text(report, "kills");
            rows.add(List.of(
                    text(report, "driver"),
                    suite.substring(suite.lastIndexOf('.') + 1),
                    text(report, "file.system"),
                    text(report, "kernel"),
                    text(report, "passed"),
                    text(report, "failed"),
                    text(report, "skipped"),
                    text(report, "not-offered"),
                    kills.isEmpty() ? "-" : kills + " (" + text(report, "seed") + ")",
                    String.format(Locale.ROOT, "%.0f s", number(report, "millis") / 1000.0)));
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i < NUMBERS ? row.get(i) + pad : pad + row.get(i)).append("  ");
            }
            System.out.println(line.toString().stripTrailing());
        }
    }

    private void printReasons(String outcome, String title) {
        Map<String, List<String>> because = new TreeMap<>();
        eachCase((report, number) -> {
            if (text(report, number + "outcome").equals(outcome)) {
                because.computeIfAbsent(brief(text(report, number + "reason")), key -> new ArrayList<>())
                        .add(nameOf(report, number));
            }
        });
        if (outcome.equals("not-offered")) {
            because.replaceAll((reason, names) -> names.stream().map(ConformanceTable::group).toList());
        }
        printAll(title, because);
    }

    /** Of what is not offered the group is enough. */
    private static String group(String suiteAndCase) {
        int dot = suiteAndCase.indexOf('.');
        return dot < 0 ? suiteAndCase : suiteAndCase.substring(0, dot);
    }

    private void printFlaky() {
        Map<String, List<String>> because = new TreeMap<>();
        eachCase((report, number) -> {
            if (text(report, number + "outcome").equals("passed") && number(report, number + "attempts") > 1) {
                because.computeIfAbsent(brief(text(report, number + "reason")), key -> new ArrayList<>())
                        .add(nameOf(report, number));
            }
        });
        printAll("passed only when run again, after", because);
    }

    private static void printAll(String title, Map<String, List<String>> because) {
        if (because.isEmpty()) {
            return;
        }
        System.out.println("\n" + title);
        because.forEach((reason, names) -> {
            System.out.println("  " + reason);
            Map<String, List<String>> byCase = new TreeMap<>();
            for (String name : names) {
                int at = name.indexOf(' ');
                byCase.computeIfAbsent(name.substring(at + 1), key -> new ArrayList<>()).add(name.substring(0, at));
            }
            byCase.forEach((name, suites) -> System.out.println("      " + name + ": " + counted(suites)));
        });
    }

    /** Each name once, with how often it is there if that is several times. */
    private static String counted(List<String> names) {
        Map<String, Integer> counts = new TreeMap<>();
        names.forEach(name -> counts.merge(name, 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + (entry.getValue() > 1 ? " (" + entry.getValue() + ")" : ""))
                .collect(Collectors.joining(", "));
    }

    private interface CaseWork {
        void on(Properties report, String prefix);
    }

    private void eachCase(CaseWork work) {
        for (Properties report : reports) {
            for (int i = 1; report.containsKey("case." + i + ".name"); i++) {
                work.on(report, "case." + i + ".");
            }
        }
    }

    private static String nameOf(Properties report, String prefix) {
        String suite = text(report, "suite");
        return suite.substring(suite.lastIndexOf('.') + 1) + " " + text(report, prefix + "name");
    }

    private static String brief(String reason) {
        String line = reason.lines().map(String::strip).filter(part -> !part.isEmpty()).limit(4)
                .reduce((a, b) -> a + " " + b).orElse("no reason given");
        return line.length() > 400 ? line.substring(0, 400) + "..." : line;
    }

    private static String text(Properties report, String key) {
        return report.getProperty(key, "");
    }

    private static long number(Properties report, String key) {
        return Long.parseLong(report.getProperty(key, "0"));
    }
}
