package io.gantry.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Help and usage texts, laid out as Docker's are. */
final class Help {
    private static final int WIDTH = 80;
    private static final List<String> COMMON = List.of("run", "exec", "ps", "pull", "images", "version", "info");

    private Help() {}

    static String usageLine(Command command, String typed) {
        // Docker's own usage of this one says nothing of options
        boolean silent = command.path().equals("network rm");
        String options = command.flags().isEmpty() || silent ? "" : " [OPTIONS]";
        String synopsis = command.synopsis().isEmpty() ? "" : " " + command.synopsis();
        return "Usage:  gantry " + typed + options + synopsis;
    }

    static String wrongCount(Command command, String typed) {
        int minimum = command.minimum();
        int maximum = command.maximum();
        String wanted;
        if (maximum == 0) {
            wanted = "accepts no arguments";
        } else if (minimum == maximum) {
            wanted = "requires " + minimum + plural(minimum);
        } else if (maximum == Command.ANY) {
            wanted = "requires at least " + minimum + plural(minimum);
        } else if (minimum == 0) {
            wanted = "requires at most " + maximum + plural(maximum);
        } else {
            wanted = "requires at least " + minimum + " and at most " + maximum + plural(maximum);
        }
        String pointer = maximum == Command.ANY ? "See" : "Run";
        return "gantry: 'gantry " + typed + "' " + wanted + "\n\n" + usageLine(command, typed) + "\n\n" + pointer
                + " 'gantry " + typed + " --help' for more information";
    }

    private static String plural(int count) {
        return count == 1 ? " argument" : " arguments";
    }

    static void command(Command command, String typed, PrintStream out) {
        out.println(usageLine(command, typed) + "\n\n" + command.summary());
        if (command.aliases().size() > 1) {
            out.println("\nAliases:\n  "
                    + String.join(
                            ", ",
                            command.aliases().stream()
                                    .map(name -> "gantry " + name)
                                    .toList()));
        }
        if (!command.flags().isEmpty()) {
            out.println("\nOptions:");
            flags(command.flags(), out);
        }
    }

    private static void flags(List<Flag> flags, PrintStream out) {
        List<Flag> sorted = flags.stream()
                .filter(flag -> !flag.hidden())
                .sorted(Comparator.comparing(Flag::name))
                .toList();
        int column = sorted.stream().mapToInt(flag -> left(flag).length()).max().orElse(0) + 3;
        for (Flag flag : sorted) {
            List<String> lines = wrap(flag.help(), WIDTH - column);
            out.println(left(flag) + " ".repeat(column - left(flag).length()) + lines.get(0));
            lines.stream().skip(1).forEach(line -> out.println(" ".repeat(column) + line));
        }
    }

    private static String left(Flag flag) {
        String start = flag.shorthand().isEmpty() ? "      " : "  -" + flag.shorthand() + ", ";
        return start + "--" + flag.name() + (flag.takesValue() ? " " + flag.type() : "");
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    static void group(String name, PrintStream out) {
        if (name.isEmpty()) {
            program(out);
            return;
        }
        String summary = CommandTree.GROUPS.stream()
                .filter(group -> group[0].equals(name))
                .findFirst()
                .orElseThrow()[1];
        out.println("Usage:  gantry " + name + " COMMAND\n\n" + summary + "\n\nCommands:");
        TreeMap<String, String> commands = new TreeMap<>();
        for (String path : CommandTree.PATHS) {
            if (path.startsWith(name + " ")) {
                commands.put(
                        path.substring(name.length() + 1),
                        CommandTree.build(path).summary());
            }
        }
        list(commands, out);
        out.println("\nRun 'gantry " + name + " COMMAND --help' for more information on a command.");
    }

    private static void program(PrintStream out) {
        out.println(
                "Usage:  gantry [OPTIONS] COMMAND\n\nA container engine whose drivers are all plug-ins\n\nCommon Commands:");
        TreeMap<String, String> others = new TreeMap<>();
        TreeMap<String, String> all = new TreeMap<>();
        for (String path : CommandTree.PATHS) {
            Command command = CommandTree.build(path);
            String name = command.aliases().stream()
                    .filter(alias -> alias.indexOf(' ') < 0)
                    .findFirst()
                    .orElse(path);
            if (name.indexOf(' ') < 0) {
                all.put(name, command.summary());
                if (!COMMON.contains(name)) {
                    others.put(name, command.summary());
                }
            }
        }
        COMMON.forEach(name -> entry(name, all.getOrDefault(name, ""), out));
        out.println("\nManagement Commands:");
        CommandTree.GROUPS.forEach(group -> entry(group[0], group[1], out));
        out.println("\nCommands:");
        list(others, out);
        out.println("\nGlobal Options:");
        flags(Flag.table("""
                        -H, --host list | Daemon socket to connect to (unix:///path or tcp://host:port)
                        -D, --debug | Accepted for compatibility
                        -l, --log-level string | Accepted for compatibility
                        -v, --version | Print version information and quit
                        """), out);
        out.println("\nRun 'gantry COMMAND --help' for more information on a command.");
    }

    private static void list(SortedMap<String, String> commands, PrintStream out) {
        commands.forEach((name, summary) -> entry(name, summary, out));
    }

    private static void entry(String name, String summary, PrintStream out) {
        out.println("  " + name + " ".repeat(Math.max(1, 12 - name.length())) + summary);
    }
}
