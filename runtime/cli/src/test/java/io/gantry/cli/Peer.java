package io.gantry.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that runs a command line: Gantry's own in this process, or Docker's as the reference. */
interface Peer {
    /** What a run printed and its exit code. */
    record Outcome(int code, String out, String err) {}

    Outcome run(List<String> words, String stdin, Map<String, String> environment, Path home) throws Exception;

    /** Gantry's command, in this process. */
    static Peer gantry() {
        return (words, stdin, environment, home) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int code = limited(() -> Main.run(
                    words.toArray(new String[0]),
                    new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                    print(out),
                    print(err),
                    environment));
            return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        };
    }

    private static PrintStream print(ByteArrayOutputStream target) {
        return new PrintStream(target, true, StandardCharsets.UTF_8);
    }

    private static int limited(java.util.function.IntSupplier run) throws Exception {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(run.getAsInt());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                "gantry");
        thread.setDaemon(true);
        thread.start();
        try {
            return result.get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            AssertionError stuck = new AssertionError("gantry did not end within 10 s");
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        } catch (ExecutionException e) {
            throw new AssertionError("gantry failed with " + e.getCause(), e.getCause());
        }
    }

    /** The real {@code docker}, its name changed to ours in what it prints. */
    static Peer docker() {
        return (words, stdin, environment, home) -> {
            List<String> command = new ArrayList<>(List.of("docker"));
            command.addAll(words);
            Outcome outcome = process(command, stdin, environment, home);
            return new Outcome(outcome.code(), renamed(outcome.out()), renamed(outcome.err()));
        };
    }

    private static String renamed(String text) {
        return text.replaceAll("\\bdocker\\b(?!\\.io|\\.com|/)", "gantry")
                .replace("Docker daemon", "Gantry daemon")
                .replace("the Docker version", "the Gantry version");
    }

    /** Runs a process with this environment and nothing else of ours. */
    static Outcome process(List<String> command, String stdin, Map<String, String> environment, Path home)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put("PATH", System.getenv("PATH"));
        all.put("HOME", home.toString());
        all.put("DOCKER_CONFIG", home.resolve(".docker").toString());
        all.put("TZ", "UTC");
        builder.environment().clear();
        builder.environment().putAll(all);
        Process process = builder.start();
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            // it did not want its input
        }
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end within 10 s");
        }
        return new Outcome(process.exitValue(), out.join(), err.join());
    }

    private static String read(java.io.InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
