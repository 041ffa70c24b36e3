package io.gantry.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connects, and starts the daemon first when none answers on a unix socket and the user is root. The program started is
 * named by the system property {@code gantry.daemon} or the environment's {@code GANTRY_DAEMON}; without either, nothing
 * is started.
 */
final class DaemonStarter {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(25);
    private static final int TAIL = 20;
    private static final String START_AS_ROOT = " Run this as root to have it started.";

    private final Session session;

    DaemonStarter(Session session) {
        this.session = session;
    }

    ApiClient connect() throws IOException {
        Endpoint endpoint = session.endpoint();
        try {
            return ApiClient.open(endpoint);
        } catch (IOException e) {
            String program = program(session);
            if (endpoint instanceof Endpoint.Unix unix && !program.isEmpty() && root() && absent(unix)) {
                return start(unix, program);
            }
            boolean startable = endpoint instanceof Endpoint.Unix && !program.isEmpty();
            throw new CommandException(1, refusal(endpoint, e) + (startable && !root() ? START_AS_ROOT : ""));
        }
    }

    private static String refusal(Endpoint endpoint, IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("Permission denied")) {
            return "permission denied while trying to connect to the Gantry daemon socket at " + endpoint
                    + ": run as root";
        }
        return "Cannot connect to the Gantry daemon at " + endpoint + ". Is the gantry daemon running?";
    }

    /** The daemon's program, or an empty text. */
    static String program(Session session) {
        String property = System.getProperty("gantry.daemon", "");
        return property.isEmpty() ? session.environment().getOrDefault("GANTRY_DAEMON", "") : property;
    }

    private static boolean root() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Nobody listens: the socket is missing or refuses. A daemon that answers badly is left alone. */
    private static boolean absent(Endpoint.Unix unix) {
        try {
            unix.connect().close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private ApiClient start(Endpoint.Unix unix, String program) throws IOException {
        Path folder = unix.path().toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path log = folder.resolve("daemon.log");
        List<String> command = new ArrayList<>(List.of("setsid", program, "-H", unix.toString()));
        Process process = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)
                .start();
        long end = System.nanoTime() + PATIENCE;
        while (System.nanoTime() < end) {
            try {
                return ApiClient.open(unix);
            } catch (IOException notYet) {
                if (!process.isAlive() && process.exitValue() != 0) {
                    throw failed("it ended with exit code " + process.exitValue(), program, log);
                }
                java.util.concurrent.locks.LockSupport.parkNanos(PAUSE);
            }
        }
        throw failed("it did not answer on " + unix + " within 30 seconds", program, log);
    }

    private static CommandException failed(String why, String program, Path log) throws IOException {
        String text = Files.readString(log, StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        String tail = String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
        return new CommandException(
                1,
                "Cannot start the Gantry daemon (" + program + "): " + why + ". The end of its log, " + log + ":\n"
                        + tail);
    }
}
