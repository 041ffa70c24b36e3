import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs a module's tests without Maven, in a guest of the lab: says each test as it ends, and writes reports as Surefire's, of each class after each of its tests, so that a run that is cut off has
 * reported what it did, and in the file {@code running} what it was at.
 *
 * <p>Arguments: the folder of test classes, the folder for reports, a regular expression for classes' full names. Exit code 0 if none failed, 1 if one did, 2 if there was none.
 */
public final class KitRunner implements TestExecutionListener {
    private static final int MOST_AGAIN = 5;

    private final Path reports;
    private final Map<String, List<Case>> classes = new TreeMap<>();
    private final Map<String, Long> begun = new HashMap<>();
    private TestPlan plan;
    private int passed;
    private int failed;
    private int skipped;

    private enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    /** Those that failed, by their unique ids. */
    private final Map<String, Case> failures = new LinkedHashMap<>();

    private boolean again;

    /** A test that ended; {@code text} says why it did not pass, or not at the first attempt. */
    private record Case(String type, String name, double seconds, Outcome outcome, String text) {}

    private KitRunner(Path reports) {
        this.reports = reports;
    }

    public static void main(String[] arguments) throws IOException {
        KitRunner runner = new KitRunner(Path.of(arguments[1]));
        Files.createDirectories(runner.reports);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClasspathRoots(Set.of(Path.of(arguments[0]))))
                .filters(includeClassNamePatterns(arguments[2]))
                .build();
        LauncherFactory.create().execute(request, runner);
        runner.runFailedOnesAgain();
        Files.deleteIfExists(runner.running());
        System.out.printf("%d passed, %d failed, %d skipped%n", runner.passed, runner.failed, runner.skipped);
        System.out.flush();
        // threads that a test left behind do not keep the guest
        Runtime.getRuntime().halt(runner.failed > 0 ? 1 : runner.passed + runner.skipped > 0 ? 0 : 2);
    }

    /** Once, as bin/verify has Surefire do it. */
    private void runFailedOnesAgain() {
        if (failures.isEmpty() || failures.size() > MOST_AGAIN) {
            return;
        }
        again = true;
        System.out.println("-- again, what failed");
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(failures.keySet().stream()
                                        .map(DiscoverySelectors::selectUniqueId)
                                        .toList())
                                .build(),
                        this);
    }

    private Path running() {
        return reports.resolve("running");
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        begun.put(test.getUniqueId(), System.nanoTime());
        if (test.isTest()) {
            write(running(), type(test) + "." + name(test) + "\n");
        }
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        end(test, Outcome.SKIPPED, reason);
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String text = result.getThrowable().map(KitRunner::trace).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    add(test, Outcome.PASSED, "");
                }
            }
            case ABORTED -> end(test, Outcome.SKIPPED, text);
            case FAILED -> {
                if (test.isTest()) {
                    add(test, Outcome.FAILED, text);
                } else if (test.getParentId().isPresent()) {
                    // its own tests did not run, or left something behind
                    add(test, Outcome.FAILED, text);
                }
            }
        }
    }

    /** Of a class, all tests in it. */
    private void end(TestIdentifier test, Outcome outcome, String text) {
        if (test.isTest()) {
            add(test, outcome, text);
            return;
        }
        for (TestIdentifier inner : plan.getDescendants(test)) {
            if (inner.isTest()) {
                add(inner, outcome, text);
            }
        }
    }

    private void add(TestIdentifier test, Outcome outcome, String text) {
        long start = begun.getOrDefault(test.getUniqueId(), System.nanoTime());
        double seconds = (System.nanoTime() - start) / 1e9;
        String type = type(test);
        Case ended = new Case(type, name(test), seconds, outcome, text);
        count(test, ended);
        String why = text.isEmpty() ? "" : ": " + text.lines().findFirst().orElse("");
        System.out.printf(
                Locale.ROOT,
                "%8.2f s  %-7s %s.%s%s%n",
                seconds,
                outcome.name().toLowerCase(Locale.ROOT),
                type.substring(type.lastIndexOf('.') + 1),
                ended.name(),
                why);
        if (outcome == Outcome.FAILED) {
            System.out.println(text);
        }
    }

    private void count(TestIdentifier test, Case ended) {
        List<Case> cases = classes.computeIfAbsent(top(ended), key -> new ArrayList<>());
        if (!again) {
            cases.add(ended);
            switch (ended.outcome()) {
                case PASSED -> passed++;
                case FAILED -> failed++;
                case SKIPPED -> skipped++;
            }
            if (ended.outcome() == Outcome.FAILED && test.isTest()) {
                failures.put(test.getUniqueId(), ended);
            }
        } else if (ended.outcome() == Outcome.PASSED && failures.containsKey(test.getUniqueId())) {
            Case first = failures.get(test.getUniqueId());
            cases.set(cases.indexOf(first), new Case(first.type(), first.name(), ended.seconds(), Outcome.PASSED, first.text()));
            failed--;
            passed++;
        } else if (!test.isTest() && ended.outcome() == Outcome.FAILED) {
            cases.add(ended);
            failed++;
        }
        report(top(ended));
    }

    private static String top(Case ended) {
        return ended.type().replaceFirst("\\$.*", "");
    }

    private static String trace(Throwable failure) {
        java.io.StringWriter text = new java.io.StringWriter();
        failure.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    /** The class that ran it, which may have inherited it. */
    private String type(TestIdentifier test) {
        TestIdentifier at = test;
        while (true) {
            if (at.getSource().orElse(null) instanceof ClassSource source) {
                return source.getClassName();
            }
            if (at.getParentId().isEmpty()) {
                return "?";
            }
            at = plan.getParent(at).orElseThrow();
        }
    }

    private static String name(TestIdentifier test) {
        if (!(test.getSource().orElse(null) instanceof MethodSource source)) {
            return test.isTest() ? test.getDisplayName() : "";
        }
        String legacy = test.getLegacyReportingName().replaceFirst("\\(.*?\\)", "");
        return legacy.startsWith(source.getMethodName()) ? legacy : source.getMethodName() + " " + legacy;
    }

    private void report(String top) {
        java.io.StringWriter text = new java.io.StringWriter();
        List<Case> cases = classes.get(top);
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", top);
            xml.writeAttribute("time", seconds(cases.stream().mapToDouble(Case::seconds).sum()));
            xml.writeAttribute("tests", String.valueOf(cases.size()));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("failures", count(cases, Outcome.FAILED));
            xml.writeAttribute("skipped", count(cases, Outcome.SKIPPED));
            for (Case ended : cases) {
                write(xml, ended);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("cannot write the report of " + top, e);
        }
        write(reports.resolve("TEST-" + top + ".xml"), text.toString());
    }

    private static void write(XMLStreamWriter xml, Case ended) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", ended.name());
        xml.writeAttribute("classname", ended.type());
        xml.writeAttribute("time", seconds(ended.seconds()));
        if (ended.outcome() != Outcome.PASSED || !ended.text().isEmpty()) {
            xml.writeStartElement(
                    switch (ended.outcome()) {
                        case PASSED -> "flakyFailure";
                        case FAILED -> "failure";
                        case SKIPPED -> "skipped";
                    });
            String line = printable(ended.text().lines().findFirst().orElse(""));
            xml.writeAttribute("message", ended.outcome() == Outcome.SKIPPED ? line.replaceFirst("^[\\w.$]+: ", "") : line);
            xml.writeCharacters(printable(ended.text()));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    /** XML has no way to write other characters. */
    private static String printable(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD]", "?");
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    private static String count(List<Case> cases, Outcome outcome) {
        return String.valueOf(cases.stream().filter(ended -> ended.outcome() == outcome).count());
    }

    /** A reader finds the old text or the new, also when the guest ends meanwhile. */
    private static void write(Path file, String text) {
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
