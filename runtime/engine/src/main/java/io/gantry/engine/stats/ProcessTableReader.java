package io.gantry.engine.stats;

import io.gantry.engine.Containers.ProcessTable;
import io.gantry.engine.EngineException;
import io.gantry.engine.EngineException.Kind;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The processes of a container as the host's {@code ps} shows them. */
public final class ProcessTableReader {
    /** {@code pid=PID} names a column; another column of that name would be taken for the process id. */
    private static final Pattern RENAMED = Pattern.compile("\\s+([^\\s]*)=\\s*(PID[^\\s]*)");

    private static final String DEFAULT = "-ef";

    private ProcessTableReader() {}

    /**
     * Runs {@code ps} and keeps the rows of these processes.
     *
     * @param pids on the host
     * @param arguments of {@code ps}, separated by blanks; empty for {@code -ef}
     * @throws EngineException in Docker's words, of kind system
     */
    public static ProcessTable read(List<Long> pids, String arguments) {
        String given = arguments.isEmpty() ? DEFAULT : arguments;
        refuseRenamedColumns(given);
        return parse(run(pids, Arrays.asList(given.split(" "))), Set.copyOf(pids));
    }

    private static void refuseRenamedColumns(String arguments) {
        Matcher renamed = RENAMED.matcher(arguments);
        while (renamed.find()) {
            if (!renamed.group(1).equals("pid")) {
                throw failure("specifying \"" + renamed.group(1) + "=" + renamed.group(2) + "\" is not allowed");
            }
        }
    }

    /** Asks for these processes only; since some options cannot go with that, asks for all otherwise. */
    private static String run(List<Long> pids, List<String> arguments) {
        List<String> narrowed = new ArrayList<>(arguments);
        narrowed.add("-q" + pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
        Outcome first = run(narrowed);
        Outcome outcome = first.exitCode() == 0 ? first : run(arguments);
        if (outcome.exitCode() != 0) {
            String reason = outcome.complaint().lines().findFirst().orElse("");
            throw failure("ps: " + (reason.isEmpty() ? "exit status " + outcome.exitCode() : reason));
        }
        return outcome.output();
    }

    private record Outcome(int exitCode, String output, String complaint) {}

    private static Outcome run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("ps"));
        command.addAll(arguments);
        Process process = start(command);
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output, complaint);
        } catch (IOException e) {
            throw new EngineException(Kind.SYSTEM, "ps: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(Kind.SYSTEM, "ps: interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command).start();
        } catch (IOException e) {
            Problem problem = new Problem(
                    "list the processes of the container",
                    "ps is not installed or not in PATH",
                    "install the package procps");
            throw new EngineException(Kind.SYSTEM, problem.toString(), e);
        }
    }

    /** As Docker reads it. Rows of threads, which have {@code -} for a process id, belong to the process before them. */
    static ProcessTable parse(String output, Set<Long> pids) {
        List<String> lines = Arrays.asList(output.split("\n", -1));
        List<String> titles = fields(lines.get(0));
        int column = titles.indexOf("PID");
        if (column < 0) {
            throw failure("Couldn't find PID field in ps output");
        }
        List<List<String>> rows = new ArrayList<>();
        boolean within = false;
        for (String line : lines.subList(1, lines.size())) {
            List<String> fields = fields(line);
            if (fields.size() <= column) {
                continue;
            }
            String pid = fields.get(column);
            within = pid.equals("-") ? within : pids.contains(number(pid));
            if (within) {
                rows.add(row(fields, titles.size()));
            }
        }
        return new ProcessTable(titles, rows);
    }

    private static long number(String pid) {
        try {
            return Long.parseLong(pid);
        } catch (NumberFormatException e) {
            throw failure("Unexpected pid '" + pid + "': strconv.Atoi: parsing \"" + pid + "\": invalid syntax");
        }
    }

    /** As many fields as there are titles; the last one takes what is over. */
    private static List<String> row(List<String> fields, int columns) {
        int last = Math.min(columns - 1, fields.size());
        List<String> row = new ArrayList<>(fields.subList(0, last));
        row.add(String.join(" ", fields.subList(last, fields.size())));
        return row;
    }

    private static List<String> fields(String line) {
        return Arrays.stream(line.split("[\t\n\f\r ]+"))
                .filter(field -> !field.isEmpty())
                .toList();
    }

    private static EngineException failure(String message) {
        return new EngineException(Kind.SYSTEM, message);
    }
}
