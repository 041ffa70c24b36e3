package io.gantry.engine.whole;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineConfig;
import io.gantry.engine.EngineException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An engine in a process of its own, to be killed at any point. */
final class EngineProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private EngineProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one on the roots of an engine that is closed. It does what {@code task} says. */
    static EngineProcess start(WholeEngine whole, String task) throws IOException {
        EngineConfig config = whole.config();
        List<String> command = Stream.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EngineProcess.class.getName(),
                        config.dataRoot().toString(),
                        config.runRoot().toString(),
                        config.pluginPath().get(0).toString(),
                        config.hostNamespace().toString(),
                        task)
                .toList();
        return new EngineProcess(
                new ProcessBuilder(command).redirectError(new File("/dev/null")).start());
    }

    /** The next line that it says. */
    String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the engine's process has ended");
        }
        return line;
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it does not die");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws Exception {
        EngineConfig standard =
                EngineConfig.of(Path.of(arguments[0]), Path.of(arguments[1]), List.of(Path.of(arguments[2])));
        EngineConfig config = new EngineConfig(
                standard.dataRoot(),
                standard.runRoot(),
                standard.pluginPath(),
                Optional.empty(),
                standard.storageOptions(),
                standard.storageRoots(),
                standard.runtime(),
                standard.conmon(),
                Path.of(arguments[3]),
                Optional.empty());
        Engine engine = Engine.open(config);
        if (arguments[4].equals("churn")) {
            churn(engine);
        } else {
            for (String host : arguments[4].split("\n", -1)) {
                say(WholeEngine.startShell(engine, "echo up; read line; exit 6", host));
            }
        }
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }

    /** Makes, starts and removes containers as fast as it can, by four threads. */
    private static void churn(Engine engine) {
        say("churning");
        for (int i = 0; i < 4; i++) {
            String storage = i % 2 == 0 ? "overlay2" : "vfs";
            String network = i < 2 ? "default" : "none";
            int port = 9000 + i;
            new Thread(() -> {
                        while (true) {
                            once(engine, storage, network, port);
                        }
                    })
                    .start();
        }
    }

    private static void once(Engine engine, String storage, String network, int port) {
        String host = "{\"NetworkMode\":\"" + network + "\",\"StorageOpt\":{\"gantry.driver\":\"" + storage
                + "\"},\"Binds\":[\"data" + port + ":/etc\"],\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"" + port
                + "\"}]}}";
        String id = WholeEngine.startShell(engine, "echo up; read line; exit 6", host);
        say(id);
        try {
            engine.containers()
                    .attach(id, new AttachRequest(false, true, true, false, true), new Output())
                    .close();
            engine.containers().remove(id, true, true);
        } catch (EngineException e) {
            say("failed " + e.getMessage());
        }
    }

    private static synchronized void say(String text) {
        System.out.println(text);
    }
}
