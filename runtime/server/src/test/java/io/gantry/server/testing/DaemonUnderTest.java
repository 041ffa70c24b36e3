package io.gantry.server.testing;

import io.gantry.linux.Mounts;
import io.gantry.server.GantryDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The daemon's program, run as a user runs it, but in mount and network namespaces of its own, which outlive it. The
 * {@code docker} command talks to it.
 */
public final class DaemonUnderTest implements AutoCloseable {
    /** An image of Debian's static busybox. */
    public static final String IMAGE = "busybox:test";

    private static final List<String> APPLETS = List.of(
            "sh",
            "true",
            "false",
            "echo",
            "cat",
            "sleep",
            "ls",
            "id",
            "head",
            "wc",
            "tail",
            "stty",
            "httpd",
            "wget",
            "dd",
            "mkdir",
            "rm",
            "touch",
            "seq",
            "md5sum",
            "ip",
            "hostname",
            "nslookup",
            "env",
            "kill",
            "usleep");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Path directory;
    private final Process namespaces;
    private final Path log;
    private Process daemon;

    private DaemonUnderTest(Path directory) throws IOException {
        this.directory = directory;
        this.log = directory.resolve("log");
        this.namespaces = new ProcessBuilder(
                        "unshare", "--mount", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 100000")
                .start();
        namespaces.inputReader(StandardCharsets.UTF_8).readLine();
    }

    /** Whether everything that such tests need is here; else why not. */
    public static String missing() throws IOException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            return "the daemon needs root";
        }
        return Stream.of("docker", "runc", "conmon", "unshare", "nsenter", "ip")
                .filter(Predicate.not(DaemonUnderTest::isInstalled))
                .findFirst()
                .map(program -> program + " is not installed")
                .orElse(Files.isExecutable(Path.of("/bin/busybox")) ? "" : "busybox-static is not installed");
    }

    private static boolean isInstalled(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** A daemon with an image, in this directory. */
    public static DaemonUnderTest withImage(Path directory) throws IOException, InterruptedException {
        DaemonUnderTest daemon = in(directory);
        try {
            daemon.start();
            daemon.importImage();
            return daemon;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
    }

    /** One that is not started. */
    public static DaemonUnderTest in(Path directory) throws IOException {
        DriverPlugins.in(directory.resolve("plugins"));
        return new DaemonUnderTest(directory);
    }

    /** Its socket. */
    public Path socket() {
        return directory.resolve("s");
    }

    /** What does not survive a reboot. */
    public Path execRoot() {
        return directory.resolve("run");
    }

    /** What it has logged so far. */
    public String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** Starts it and waits until it is ready. */
    public void start(String... flags) throws IOException, InterruptedException {
        Files.deleteIfExists(log);
        daemon = new ProcessBuilder(command(flags))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!log().contains(" is ready")) {
            if (!daemon.isAlive() || System.nanoTime() > end) {
                throw new IOException("the daemon did not start: " + log());
            }
            daemon.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** Runs it where it is not expected to become ready. */
    public Ran run(String... flags) throws IOException, InterruptedException {
        return Ran.of(command(flags), new byte[0]);
    }

    private List<String> command(String... flags) {
        List<String> command = new ArrayList<>(inside());
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                GantryDaemon.class.getName(),
                "-H",
                "unix://" + socket(),
                "--data-root",
                directory.resolve("data").toString(),
                "--exec-root",
                execRoot().toString(),
                "--plugin-path",
                directory.resolve("plugins").toString()));
        command.addAll(List.of(flags));
        return command;
    }

    private List<String> inside() {
        return List.of("nsenter", "--target", Long.toString(namespaces.pid()), "--mount", "--net");
    }

    /** Runs a program where the daemon runs. */
    public Ran inHost(String... command) throws IOException, InterruptedException {
        return Ran.of(Stream.concat(inside().stream(), Stream.of(command)).toList(), new byte[0]);
    }

    /** Asks it to end; its exit code. */
    public int terminate() throws InterruptedException {
        daemon.destroy();
        return daemon.waitFor();
    }

    /** {@code kill -9}. */
    public void kill() throws InterruptedException {
        daemon.destroyForcibly().waitFor();
    }

    /** Runs the docker command. */
    public Ran docker(String... arguments) throws IOException, InterruptedException {
        return dockerWith(new byte[0], arguments);
    }

    /** Runs the docker command with this input. */
    public Ran dockerWith(byte[] input, String... arguments) throws IOException, InterruptedException {
        return Ran.finish(startDocker(arguments), input);
    }

    /** Starts the docker command. */
    public Process startDocker(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + socket()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("DOCKER_CONFIG", directory.resolve("config").toString());
        return builder.start();
    }

    private void importImage() throws IOException, InterruptedException {
        Path root = directory.resolve("image");
        Path bin = Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        for (String folder : List.of("etc", "tmp", "root", "var/www", "proc", "sys", "dev")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
        Path archive = directory.resolve("image.tar");
        Ran.of(List.of("tar", "-C", root.toString(), "-cf", archive.toString(), "."), new byte[0])
                .text();
        docker("import", "--change", "CMD [\"sh\"]", archive.toString(), IMAGE).text();
    }

    /** Removes all containers, ends the daemon and the namespaces. */
    @Override
    public void close() throws IOException {
        try {
            removeAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            namespaces.destroyForcibly();
            Mounts.detach(directory.toRealPath());
        }
    }

    private void removeAll() throws IOException, InterruptedException {
        if (daemon == null) {
            return;
        }
        if (!daemon.isAlive()) {
            start();
        }
        for (String id : docker("ps", "-aq").out().lines().toList()) {
            docker("rm", "-fv", id);
        }
        daemon.destroy();
        if (!daemon.waitFor(30, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
