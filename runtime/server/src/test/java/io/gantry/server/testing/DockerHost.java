package io.gantry.server.testing;

import io.gantry.linux.Mounts;
import io.gantry.server.GantryDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Docker's own daemon with its own {@code /run}, in mount and network namespaces that go with it, and drivers of ours served to it. */
public final class DockerHost implements AutoCloseable {
    /** An image of Debian's static busybox. */
    public static final String IMAGE = "busybox:latest";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Path directory;
    private final Process namespaces;
    private final List<Process> programs = new ArrayList<>();

    private DockerHost(Path directory) throws IOException {
        this.directory = directory;
        this.namespaces = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--net",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "ip link set lo up && mount -t tmpfs tmpfs /run && echo up && exec sleep 100000")
                .start();
        namespaces.inputReader(StandardCharsets.UTF_8).readLine();
    }

    /** Why there can be none; empty if there can. */
    public static String missing() throws IOException {
        if (!DaemonUnderTest.missing().isEmpty()) {
            return DaemonUnderTest.missing();
        }
        return Stream.of("dockerd", "containerd")
                .filter(program -> program(program).isEmpty())
                .findFirst()
                .map(program -> program
                        + " is not there: bin/support/unpack-packages ~/.cache/gantry/docker docker.io containerd tini")
                .orElse("");
    }

    /** One with an image. */
    public static DockerHost in(Path directory) throws IOException, InterruptedException {
        DockerHost host = new DockerHost(directory);
        try {
            host.startDocker();
            Path image = directory.resolve("image.tar");
            Ran.of(List.of(root().resolve("bin/support/make-busybox-image").toString(), image.toString()), new byte[0])
                    .text();
            host.docker("load", "-q", "-i", image.toString()).text();
            return host;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            host.close();
            throw e;
        }
    }

    /** Serves a driver from the plug-ins in a directory; to be destroyed by the caller, or with the host. */
    public Process serve(String network, Path plugins) throws IOException, InterruptedException {
        Path socket = Path.of("/run/docker/plugins/gantry-" + network + ".sock");
        Path log = directory.resolve("serve-" + network + ".log");
        Process process = start(
                log,
                java(
                        "driver",
                        "serve",
                        "--network",
                        network,
                        "--data-root",
                        directory.resolve("served-" + network).toString(),
                        "--exec-root",
                        "/run/served-" + network,
                        "--plugin-path",
                        plugins.toString()));
        await(process, log, () -> contains(log, "is served on unix://" + socket));
        return process;
    }

    /** Runs the docker command. */
    public Ran docker(String... arguments) throws IOException, InterruptedException {
        return docker(socket(), arguments);
    }

    private Ran docker(Path daemon, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(program("docker").orElseThrow().toString(), "-H", "unix://" + daemon));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a program where dockerd runs. */
    public Ran inHost(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    @Override
    public void close() throws IOException {
        try {
            stopAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            namespaces.destroyForcibly();
            Mounts.detach(directory.toRealPath());
        }
    }

    private void stopAll() throws IOException, InterruptedException {
        if (!programs.isEmpty()) {
            for (String id : docker("ps", "-aq").out().lines().toList()) {
                docker("rm", "-fv", id);
            }
        }
        for (Process program : programs) {
            program.destroy();
            if (!program.waitFor(30, TimeUnit.SECONDS)) {
                program.destroyForcibly().waitFor();
            }
        }
    }

    private void startDocker() throws IOException, InterruptedException {
        Path log = directory.resolve("dockerd.log");
        Process process = start(
                log,
                List.of(
                        "dockerd",
                        "--data-root",
                        directory.resolve("docker").toString(),
                        "--exec-root",
                        "/run/docker",
                        "--pidfile",
                        "/run/dockerd.pid",
                        "-H",
                        "unix://" + socket(),
                        "--storage-driver",
                        "vfs",
                        "--bridge",
                        "none"));
        await(process, log, () -> contains(log, "API listen on"));
        // Docker drops what is forwarded and not its own; this is the chain that it leaves to users.
        inHost("iptables", "-I", "DOCKER-USER", "-j", "ACCEPT").text();
    }

    /** Starts our own daemon beside Docker's; {@link #gantry} talks to it. */
    public Process startGantry(Path plugins) throws IOException, InterruptedException {
        Path log = directory.resolve("gantryd.log");
        Process process = start(
                log,
                java(
                        "-H",
                        "unix://" + directory.resolve("gantry.sock"),
                        "--data-root",
                        directory.resolve("gantry").toString(),
                        "--exec-root",
                        "/run/gantry",
                        "--plugin-path",
                        plugins.toString()));
        await(process, log, () -> contains(log, " is ready"));
        gantry("load", "-q", "-i", directory.resolve("image.tar").toString()).text();
        return process;
    }

    /** Runs the docker command on our own daemon. */
    public Ran gantry(String... arguments) throws IOException, InterruptedException {
        return docker(directory.resolve("gantry.sock"), arguments);
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                GantryDaemon.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Path socket() {
        return directory.resolve("docker.sock");
    }

    private Ran run(List<String> command) throws IOException, InterruptedException {
        List<String> inside = new ArrayList<>(inside());
        inside.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(inside);
        builder.environment().put("DOCKER_CONFIG", directory.resolve("config").toString());
        return Ran.finish(builder.start(), new byte[0]);
    }

    private Process start(Path log, List<String> command) throws IOException {
        List<String> inside = new ArrayList<>(inside());
        inside.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(inside);
        builder.environment()
                .merge(
                        "PATH",
                        ":/usr/sbin:/sbin:" + unpacked().resolve("usr/bin") + ":"
                                + unpacked().resolve("usr/sbin"),
                        String::concat);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        programs.add(0, process);
        return process;
    }

    private static void await(Process process, Path log, BooleanSupplier ready)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!ready.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("it did not start: " + Files.readString(log));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    private static boolean contains(Path log, String text) {
        try {
            return Files.readString(log).contains(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> inside() {
        return List.of("nsenter", "--target", Long.toString(namespaces.pid()), "--mount", "--net");
    }

    private static Optional<Path> program(String name) {
        return Stream.concat(
                        Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                                .map(Path::of),
                        Stream.of(unpacked().resolve("usr/bin"), unpacked().resolve("usr/sbin")))
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path unpacked() {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .orElse(System.getProperty("user.home") + "/.cache");
        return Path.of(cache, "gantry", "docker");
    }

    private static Path root() {
        return Path.of("../..").toAbsolutePath().normalize();
    }
}
