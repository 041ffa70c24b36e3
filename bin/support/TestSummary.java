import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Prints what Surefire's reports say, module by module, why tests were skipped, and 'N passed, N failed, N skipped' last.
 *
 * <p>Arguments: the folder with RUN/MODULE/TEST-*.xml and RUN.skipped files, then the names of the runs that failed. Exit code 0 if tests ran and none failed.
 */
public final class TestSummary {
    /** How the storage conformance kit says that a driver does not have what a case is about. */
    private static final String NOT_OFFERED = "NotOfferedException: ";

    private final Map<String, Count> modules = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private final List<String> flaky = new ArrayList<>();
    private final Map<String, List<String>> skips = new TreeMap<>();
    private int notOffered;

    /** Of one module in one run. */
    private static final class Count {
        int passed;
        int failed;
        int skipped;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        TestSummary summary = new TestSummary();
        for (Path report : files(folder, ".xml")) {
            summary.read(folder, report);
        }
        for (Path skipped : files(folder, ".skipped")) {
            summary.skips
                    .computeIfAbsent(Files.readString(skipped).strip(), reason -> new ArrayList<>())
                    .add("run " + skipped.getFileName().toString().replace(".skipped", ""));
        }
        for (int i = 1; i < arguments.length; i++) {
            System.out.println("RUN FAILED: " + arguments[i] + " (its errors are above)");
        }
        boolean good = summary.print();
        System.exit(good && arguments.length == 1 ? 0 : 1);
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void read(Path folder, Path report) throws IOException, ParserConfigurationException, SAXException {
        Path relative = folder.relativize(report.getParent());
        Count count = modules.computeIfAbsent(relative.toString(), key -> new Count());
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            if (cases.item(i) instanceof Element test) {
                add(count, relative, test);
            }
        }
    }

    private void add(Count count, Path module, Element test) {
        String type = test.getAttribute("classname");
        String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
        for (Node node = test.getFirstChild(); node != null; node = node.getNextSibling()) {
            switch (node.getNodeName()) {
                case "skipped" -> {
                    if (message((Element) node).contains(NOT_OFFERED)) {
                        notOffered++;
                        return;
                    }
                    count.skipped++;
                    skips.computeIfAbsent(message((Element) node), reason -> new ArrayList<>()).add(module + " " + name);
                    return;
                }
                case "failure", "error" -> {
                    count.failed++;
                    failures.add(module + " " + name + "\n      " + message((Element) node));
                    return;
                }
                case "flakyFailure", "flakyError" ->
                    flaky.add(module + " " + name + "\n      " + message((Element) node));
                default -> {
                    // output and properties
                }
            }
        }
        count.passed++;
    }

    private static String message(Element element) {
        String text = element.getAttribute("message").isBlank() ? element.getTextContent() : element.getAttribute("message");
        String line = text.strip().lines().map(String::strip).limit(3).reduce((a, b) -> a + " " + b).orElse("no reason given");
        return line.length() > 240 ? line.substring(0, 240) + "..." : line;
    }

    private boolean print() {
        int passed = 0;
        int failed = 0;
        int skipped = 0;
        System.out.printf("%-44s %7s %7s %7s%n", "run/module", "passed", "failed", "skipped");
        for (Map.Entry<String, Count> entry : modules.entrySet()) {
            Count count = entry.getValue();
            System.out.printf("%-44s %7d %7d %7d%n", entry.getKey(), count.passed, count.failed, count.skipped);
            passed += count.passed;
            failed += count.failed;
            skipped += count.skipped;
        }
        if (!skips.isEmpty()) {
            System.out.println("\nskipped, because");
            skips.forEach((reason, tests) -> {
                System.out.println("  " + reason);
                tests.forEach(test -> System.out.println("      " + test));
            });
        }
        if (notOffered > 0) {
            System.out.println("\nleft out: " + notOffered
                    + " cases of the storage conformance kit about what a driver does not offer; its table says what");
        }
        if (!flaky.isEmpty()) {
            System.out.println("\npassed only when run again, after");
            flaky.forEach(failure -> System.out.println("  " + failure));
        }
        if (!failures.isEmpty()) {
            System.out.println("\nfailed");
            failures.forEach(failure -> System.out.println("  " + failure));
        }
        System.out.println();
        return finish(passed, failed, skipped);
    }

    private static boolean finish(int passed, int failed, int skipped) {
        if (passed + failed == 0) {
            System.out.println("no test ran");
        }
        System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
        return failed == 0 && passed > 0;
    }
}
