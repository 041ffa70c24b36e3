package io.gantry.tck.storage;

import io.gantry.tck.storage.ChurnReport.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A {@link LayerChurn} in a JVM of its own. It waits, with its classes loaded, until it is told to go. Not thread-safe. */
final class ChurnProcess implements AutoCloseable {
    private static final String END = "";

    private final Process process;
    private final Path errors;
    private final long patienceSeconds;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChurnProcess(Process process, Path errors, long patienceSeconds) {
        this.process = process;
        this.errors = errors;
        this.patienceSeconds = patienceSeconds;
    }

    /** Starts one on a bench whose driver it will open; it is not ready yet when this returns. */
    static ChurnProcess start(StorageBench bench, String limit, long patienceSeconds) throws IOException {
        Path errors = Files.createTempFile(bench.context().runDirectory(), "errors-", "");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx64m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                LayerChurn.class.getName(),
                bench.provider().getClass().getName(),
                bench.context().root().toString(),
                bench.context().runDirectory().toString(),
                limit));
        bench.context().options().given().forEach((key, value) -> command.add(key + "=" + value));
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        ChurnProcess churn = new ChurnProcess(process, errors, patienceSeconds);
        Thread reader = new Thread(churn::read, "churn-reports");
        reader.setDaemon(true);
        reader.start();
        return churn;
    }

    /** Has it open the driver, which nobody else has open, and work above a committed layer. */
    void go(long seed, String prefix, String base) throws IOException, InterruptedException {
        Optional<ChurnReport> first = next();
        if (first.isEmpty() || first.get().step() != Step.READY) {
            throw new AssertionError("the process that works on layers did not start: " + errors());
        }
        Writer orders = process.outputWriter(StandardCharsets.UTF_8);
        orders.write(seed + " " + prefix + " " + base + "\n");
        orders.flush();
    }

    /** Takes as many reports as it may live for, or fewer if it ended by itself. */
    int take(int count, Consumer<ChurnReport> heard) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            Optional<ChurnReport> report = next();
            if (report.isEmpty()) {
                throw new AssertionError(
                        "the process that works on layers ended by itself with " + process.waitFor() + ": " + errors());
            }
            heard.accept(report.get());
        }
        return count;
    }

    /** Kills it in what it is about, and takes what it told before. */
    void kill(Consumer<ChurnReport> heard) throws IOException, InterruptedException {
        // Not by the Process, which would close the stream with what was told.
        process.toHandle().destroyForcibly();
        process.waitFor();
        for (Optional<ChurnReport> report = next(); report.isPresent(); report = next()) {
            heard.accept(report.get());
        }
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    private Optional<ChurnReport> next() throws IOException, InterruptedException {
        String line = lines.poll(patienceSeconds, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("the process that works on layers has said nothing for " + patienceSeconds
                    + " s; it may be stuck: " + errors());
        }
        if (line.equals(END)) {
            return Optional.empty();
        }
        ChurnReport report = ChurnReport.parse(line);
        if (report.step() == Step.FAILED) {
            throw new AssertionError("a call failed in the process that works on layers: " + line + "\n" + errors());
        }
        return Optional.of(report);
    }

    private String errors() throws IOException {
        String text = Files.readString(errors);
        return text.length() > 4000 ? "..." + text.substring(text.length() - 4000) : text;
    }

    private void read() {
        try (BufferedReader told = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = told.readLine(); line != null; line = told.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lines.add(END);
        }
    }
}
