package io.gantry.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The {@code gantry} program: global flags, the choice of the command, and errors turned into exit codes. */
public final class Main {
    private static final PrintStream OUT = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 32 * 1024),
            false,
            StandardCharsets.UTF_8);
    private static final PrintStream ERR = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.err), 512), true, StandardCharsets.UTF_8);

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        int code = run(args, System.in, OUT, ERR, System.getenv());
        OUT.flush();
        ERR.flush();
        // no shutdown hooks are registered, so that nothing is lost by leaving at once
        Runtime.getRuntime().halt(code);
    }

    static boolean realOutput(PrintStream out) {
        return out == OUT;
    }

    static int run(
            String[] args, java.io.InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
        try {
            GlobalFlags global = GlobalFlags.parse(List.of(args));
            Session session = new Session(in, out, err, environment, global.host());
            if (global.version()) {
                out.println("Gantry version " + VersionCommand.CLIENT_VERSION);
                return 0;
            }
            return dispatch(new ArrayList<>(global.rest()), session, global.help());
        } catch (UsageException e) {
            err.println(e.getMessage());
            return 125;
        } finally {
            out.flush();
        }
    }

    private static int dispatch(List<String> words, Session session, boolean help) {
        CommandTree.Choice choice = CommandTree.choose(words);
        if (choice instanceof CommandTree.Unknown unknown) {
            session.err()
                    .println("gantry: unknown command: gantry " + unknown.typed()
                            + (unknown.group().isEmpty() ? "" : "\n\nUsage:  gantry" + unknown.group())
                            + (unknown.group().equals(" volume") ? " COMMAND" : "")
                            + "\n\nRun 'gantry" + unknown.group()
                            + " --help' for more information");
            return 1;
        }
        if (choice instanceof CommandTree.Group group) {
            return group(group, words, session);
        }
        CommandTree.Chosen chosen = (CommandTree.Chosen) choice;
        if (help) {
            Help.command(chosen.command(), chosen.typed(), session.out());
            return 0;
        }
        return run(chosen, session);
    }

    /** A group without a command: its help, on standard error where nobody asked for it. */
    private static int group(CommandTree.Group group, List<String> words, Session session) {
        String flag = words.size() > 1 ? words.get(1) : "";
        boolean asked =
                flag.equals("--help") || flag.equals("-h") || group.name().isEmpty();
        if (flag.startsWith("-") && !asked) {
            String problem = flag.startsWith("--")
                    ? "unknown flag: " + flag
                    : "unknown shorthand flag: '" + flag.charAt(1) + "' in " + flag;
            session.err()
                    .println(problem + "\n\nUsage:  gantry " + group.name() + "\n\nRun 'gantry " + group.name()
                            + " --help' for more information");
            return 125;
        }
        Help.group(group.name(), asked ? session.out() : session.err());
        return 0;
    }

    private static int run(CommandTree.Chosen chosen, Session session) {
        Command command = chosen.command();
        if (command.path().equals("daemon") || command.path().equals("driver serve")) {
            // its flags are for the program of the daemon, not ours to judge
            return parsed(new Invocation(command, chosen.typed(), Map.of(), chosen.rest()), session);
        }
        try {
            return parsed(ArgumentParser.parse(command, chosen.typed(), chosen.rest()), session);
        } catch (UsageException e) {
            session.err()
                    .println(e.getMessage() + "\n\n" + Help.usageLine(command, chosen.typed()) + "\n\nRun 'gantry "
                            + chosen.typed() + " --help' for more information");
            return 125;
        }
    }

    private static int parsed(Invocation invocation, Session session) {
        Command command = invocation.command();
        if (invocation.given("help")) {
            if (invocation.text("help").equals("-h")) {
                session.out().println("Flag shorthand -h has been deprecated, use --help");
            }
            Help.command(command, invocation.typed(), session.out());
            return 0;
        }
        int count = invocation.arguments().size();
        if (count < command.minimum() || count > command.maximum()) {
            session.err().println(Help.wrongCount(command, invocation.typed()));
            return 1;
        }
        return execute(command, invocation, session);
    }

    private static int execute(Command command, Invocation invocation, Session session) {
        try {
            return command.handler().run(invocation, session);
        } catch (CommandException e) {
            session.out().flush();
            if (!e.getMessage().isEmpty()) {
                session.err().println(e.getMessage());
            }
            return e.code();
        } catch (UsageException.OfFlag e) {
            throw e;
        } catch (UsageException | IOException | IllegalArgumentException e) {
            session.out().flush();
            session.err().println(describe(e));
            return 1;
        }
    }

    /** What an error says, with its kind where Java's message alone would be a riddle (a bare path, say). */
    static String describe(Exception e) {
        if (e instanceof java.nio.file.NoSuchFileException missing) {
            return "open " + missing.getFile() + ": no such file or directory";
        }
        if (e instanceof java.nio.file.AccessDeniedException denied) {
            return "open " + denied.getFile() + ": permission denied";
        }
        if (e instanceof java.nio.file.FileSystemException system) {
            return system.getFile() + ": " + system.getReason();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
