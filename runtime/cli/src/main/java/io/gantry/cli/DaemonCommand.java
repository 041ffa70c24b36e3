package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code daemon}: the daemon in the foreground, with its own flags. */
final class DaemonCommand {
    private DaemonCommand() {}

    static Command command() {
        return Command.of(
                        "daemon",
                        "[FLAGS...]",
                        "Run the daemon in the foreground",
                        0,
                        Command.ANY,
                        "",
                        DaemonCommand::run)
                .known("daemon");
    }

    /** {@code driver serve}: a network driver as a plug-in for Docker, in the daemon's program. */
    static Command serve() {
        return Command.of(
                        "driver serve",
                        "--network NAME [FLAGS...]",
                        "Serve a network driver to Docker, in the foreground",
                        0,
                        Command.ANY,
                        "",
                        (flags, session) -> run(List.of("driver", "serve"), flags, session))
                .known("driver serve");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        return run(List.of(), flags, session);
    }

    /** Runs it as a child that shares our streams; the launcher execs it instead, and so spares this JVM. */
    private static int run(List<String> words, Invocation flags, Session session) throws IOException {
        String program = DaemonStarter.program(session);
        if (program.isEmpty()) {
            throw new UsageException(
                    "the daemon's program is not known: set GANTRY_DAEMON to it, or run the installed gantry");
        }
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(words);
        command.addAll(flags.arguments());
        Process process = new ProcessBuilder(command).inheritIO().start();
        Signals signals = Signals.forward(name -> process.destroy());
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            return 130;
        } finally {
            signals.close();
        }
    }
}
