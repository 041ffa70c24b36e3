package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What a command works with: its streams, its environment, and the daemon, which is connected to on first use. */
final class Session {
    /** The program's name in every message. */
    static final String PROGRAM = "gantry";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final String hostFlag;
    private Optional<ApiClient> client = Optional.empty();

    Session(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, String hostFlag) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.hostFlag = hostFlag;
    }

    InputStream in() {
        return in;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    Map<String, String> environment() {
        return environment;
    }

    Endpoint endpoint() {
        return Endpoint.choose(hostFlag, environment);
    }

    /** The daemon; started when it is ours to start and does not answer. */
    ApiClient api() throws IOException {
        if (client.isEmpty()) {
            client = Optional.of(new DaemonStarter(this).connect());
        }
        return client.get();
    }

    /** Standard output as a terminal: what decides on progress bars and raw bytes. */
    boolean terminalOutput() {
        return terminal(1);
    }

    boolean terminalInput() {
        return terminal(0);
    }

    private boolean terminal(int descriptor) {
        if (descriptor == 0 ? in != System.in : !Main.realOutput(out)) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
