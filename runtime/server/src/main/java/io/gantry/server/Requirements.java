package io.gantry.server;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What must be there before a daemon can run. */
final class Requirements {
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Requirements() {}

    /** @throws StartException naming what is missing and how to get it */
    static void check(DaemonFlags flags) throws IOException {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!uid.equals(0)) {
            throw new StartException("the daemon needs to be started with root privileges: run it as root");
        }
        program(flags.runtime(), "OCI runtime", "--default-runtime");
        program(flags.conmon(), "container monitor", "--conmon");
    }

    private static void program(String program, String purpose, String flag) {
        if (find(program).isEmpty()) {
            String name = Path.of(program).getFileName().toString();
            throw new StartException("the " + purpose + " " + program
                    + " is not installed or not in PATH: install it (Debian: apt-get install " + name
                    + "), or name another with " + flag);
        }
    }

    private static Optional<Path> find(String program) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + SYSTEM_PATH;
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
