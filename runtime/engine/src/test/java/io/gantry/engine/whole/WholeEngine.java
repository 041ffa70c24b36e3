package io.gantry.engine.whole;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.AttachRequest;
import io.gantry.engine.Containers.Created;
import io.gantry.engine.CreateContainer;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineConfig;
import io.gantry.engine.Execs.ExecRequest;
import io.gantry.engine.InputHandle;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.ModelJson;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamedNetns;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** An engine on all drivers, in a directory and a host network namespace of its own, with an image of Debian's static busybox. */
final class WholeEngine implements AutoCloseable {
    static final String IMAGE = "busybox:test";

    private static final List<String> APPLETS = List.of(
            "sh",
            "true",
            "false",
            "echo",
            "cat",
            "sleep",
            "ls",
            "id",
            "pwd",
            "env",
            "stty",
            "ip",
            "ping",
            "nslookup",
            "ps",
            "hostname",
            "httpd",
            "wget",
            "nc",
            "mount",
            "rm",
            "touch",
            "mkdir",
            "head",
            "yes",
            "stat",
            "chmod",
            "chown",
            "usleep",
            "seq",
            "df",
            "kill",
            "dd",
            "grep");
    private static final ObjectMapper JSON = ModelJson.mapper();

    private final Path directory;
    private final Path hostNamespace;
    private final EngineConfig config;
    private Engine engine;

    private WholeEngine(Path directory, UnaryOperator<EngineConfig> change) throws IOException {
        this.directory = directory;
        this.hostNamespace = directory.resolve("hostns");
        NamedNetns.create(hostNamespace);
        inHost(() -> {
            run("ip", "link", "set", "lo", "up");
            return null;
        });
        EngineConfig standard = EngineConfig.of(
                directory.resolve("data"),
                directory.resolve("run"),
                List.of(DriverPlugins.in(directory.resolve("plugins"))));
        this.config = change.apply(new EngineConfig(
                standard.dataRoot(),
                standard.runRoot(),
                standard.pluginPath(),
                standard.storageDriver(),
                standard.storageOptions(),
                standard.storageRoots(),
                standard.runtime(),
                standard.conmon(),
                hostNamespace,
                standard.firewall()));
    }

    static WholeEngine in(Path directory) throws IOException {
        return in(directory, UnaryOperator.identity());
    }

    static WholeEngine in(Path directory, UnaryOperator<EngineConfig> change) throws IOException {
        WholeEngine whole = new WholeEngine(directory, change);
        try {
            whole.reopen();
            whole.importImage(IMAGE);
            return whole;
        } catch (IOException | RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    Engine engine() {
        return engine;
    }

    EngineConfig config() {
        return config;
    }

    Path directory() {
        return directory;
    }

    /** Closes the engine; what runs goes on. */
    void shut() {
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }

    /** Closes the engine and opens another on the same roots. */
    void reopen() {
        shut();
        engine = Engine.open(config);
    }

    <T, E extends Exception> T inHost(Namespaces.Work<T, E> work) throws E {
        return Namespaces.in(hostNamespace, NamespaceKind.NETWORK, work);
    }

    void importImage(String name) throws IOException {
        try (InputStream archive = new ByteArrayInputStream(rootArchive())) {
            engine.images().importRootFs(archive, Optional.of(name), "", List.of("CMD [\"sh\"]"), Optional.empty());
        }
    }

    /** An archive of busybox and what goes with it. */
    byte[] rootArchive() throws IOException {
        Path root = Files.createTempDirectory(directory, "image");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path bin = Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        for (String sub : List.of("etc", "tmp", "root", "var", "www", "proc", "sys", "dev")) {
            Files.createDirectories(root.resolve(sub));
        }
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nuser:x:1000:\n");
        Process tar = new ProcessBuilder("tar", "-C", root.toString(), "-c", ".").start();
        try (InputStream archive = tar.getInputStream()) {
            return archive.readAllBytes();
        }
    }

    /** Makes a container by a request as Docker's API has it, with {@code HostConfig} and {@code NetworkingConfig} inside. */
    String create(String body) {
        return made(body).id();
    }

    /** What is said when a container is made with this host configuration. */
    List<String> warnings(String hostConfig) {
        return made("{\"Image\":\"" + IMAGE + "\",\"HostConfig\":" + hostConfig + "}")
                .warnings();
    }

    /** Makes and starts a container that has a standard input. */
    static String startShell(Engine engine, String script, String hostConfig) {
        String id = made(
                        engine,
                        "{\"Image\":\"" + IMAGE + "\",\"OpenStdin\":true,\"Cmd\":[\"sh\",\"-c\"," + quoted(script)
                                + "],\"HostConfig\":" + hostConfig + "}")
                .id();
        engine.containers().start(id);
        return id;
    }

    private Created made(String body) {
        return made(engine, body);
    }

    private static Created made(Engine engine, String body) {
        try {
            JsonNode node = JSON.readTree(body);
            Map<String, EndpointSettings> networks = new LinkedHashMap<>();
            JsonNode endpoints = node.path("NetworkingConfig").path("EndpointsConfig");
            for (Map.Entry<String, JsonNode> endpoint : endpoints.properties()) {
                networks.put(endpoint.getKey(), JSON.treeToValue(endpoint.getValue(), EndpointSettings.class));
            }
            HostConfig host = node.has("HostConfig")
                    ? JSON.treeToValue(node.get("HostConfig"), HostConfig.class)
                    : HostConfig.NONE;
            Optional<String> name = Optional.ofNullable(node.path("Name").textValue());
            ContainerConfig what = JSON.treeToValue(node, ContainerConfig.class);
            return engine.containers().create(new CreateContainer(name, what, host, networks, Optional.empty()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A container of the busybox image that runs a command by its shell. */
    String createShell(String script, String hostConfig) {
        return create("{\"Image\":\"" + IMAGE + "\",\"Cmd\":[\"sh\",\"-c\"," + quoted(script) + "],\"HostConfig\":"
                + hostConfig + "}");
    }

    static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a container and waits for its end with all its output. */
    Ran run(String id) throws Exception {
        Output output = new Output();
        engine.containers().attach(id, new AttachRequest(false, true, true, false, true), output);
        engine.containers().start(id);
        output.await();
        return new Ran(await(id), output.stdout(), output.stderr());
    }

    int await(String id) throws Exception {
        return engine.containers()
                .await(id, WaitCondition.NOT_RUNNING)
                .get(30, TimeUnit.SECONDS)
                .exitCode();
    }

    /** Runs a command in a running container. */
    Ran exec(String id, String script) throws Exception {
        String exec = engine.containers()
                .execs()
                .create(
                        id,
                        new ExecRequest(
                                false, true, true, false, "", false, List.of(), "", List.of("sh", "-c", script), ""));
        Output output = new Output();
        InputHandle handle = engine.containers().execs().start(exec, output);
        try {
            output.await();
            return new Ran(
                    engine.containers().execs().find(exec).exitCode().orElseThrow(), output.stdout(), output.stderr());
        } finally {
            handle.close();
        }
    }

    record Ran(int exitCode, String stdout, String stderr) {}

    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return output;
    }

    /** What an engine that has ended all its containers must not leave: mounts below its directory. */
    List<String> mounts() {
        return MountTable.read().beneath(directory.toAbsolutePath()).stream()
                .map(MountTable.Entry::mountPoint)
                .filter(mount -> !mount.endsWith("hostns"))
                .toList();
    }

    List<String> links() throws IOException {
        return inHost(() -> run("ip", "-br", "link")).lines().toList();
    }

    @Override
    public void close() throws IOException {
        try {
            if (engine != null) {
                engine.containers().list().forEach(one -> engine.containers().remove(one.id(), true, true));
                engine.close();
            }
        } finally {
            NamedNetns.delete(hostNamespace);
            Mounts.detach(directory.toRealPath());
        }
    }
}
