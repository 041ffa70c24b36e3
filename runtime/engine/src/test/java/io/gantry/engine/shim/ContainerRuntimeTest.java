package io.gantry.engine.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.engine.EngineException;
import io.gantry.spi.UnsupportedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerRuntimeTest {
    @TempDir
    Path directory;

    private final LinkedBlockingQueue<ExitStatus> ends = new LinkedBlockingQueue<>();
    private final List<String> made = new ArrayList<>();
    private Bundles bundles;
    private RuntimeConfig config;
    private ContainerRuntime runtime;

    @BeforeEach
    void open() throws IOException {
        bundles = new Bundles(directory);
        config = RuntimeConfig.under(directory.resolve("run"));
        runtime = ContainerRuntime.open(config, ends::add);
    }

    @AfterEach
    void close() {
        made.forEach(id -> runtime.delete(id, true));
        runtime.close();
    }

    @Test
    void attachedBeforeTheStartNothingOfTheOutputIsLost() throws Exception {
        String id = create(false, false, "sh", "-c", "echo out; echo err >&2; exit 7");
        Collected output = new Collected();
        runtime.attach(id, output);

        runtime.start(id);

        output.await();
        assertThat(output.stdout()).isEqualTo("out\n");
        assertThat(output.stderr()).isEqualTo("err\n");
        assertThat(nextEnd().exitCode()).isEqualTo(7);
    }

    @Test
    void bothAttachedClientsReceiveAllOfALargeOutputThoughOneIsSlow() throws Exception {
        // conmon takes one waiting client in each turn of its loop: it has both before it passes on the input.
        String id = create(false, true, "sh", "-c", "read line; yes 0123456789abcde | head -c 4000000");
        Collected fast = new Collected();
        Collected slow = new Collected() {
            @Override
            public synchronized void output(Channel channel, ByteBuffer data) {
                Thread.onSpinWait();
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                super.output(channel, data);
            }
        };
        AttachStream input = runtime.attach(id, fast);
        runtime.attach(id, slow);

        runtime.start(id);
        input.write(ByteBuffer.wrap(new byte[] {'\n'}));

        assertThat(fast.await().stdout()).hasSize(4_000_000);
        assertThat(slow.await().stdout()).hasSize(4_000_000);
    }

    @Test
    void inputReachesTheContainerAndItsEndToo() throws Exception {
        String id = create(false, true, "cat");
        Collected output = new Collected();
        AttachStream stream = runtime.attach(id, output);
        runtime.start(id);

        String text = "a line\n".repeat(20_000);
        stream.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        stream.closeInput();

        assertThat(output.await().stdout()).isEqualTo(text);
        assertThat(nextEnd().exitCode()).isZero();
    }

    @Test
    void aTerminalTakesASize() throws Exception {
        String id = create(true, true, "sh", "-c", "read x; stty size");
        Collected output = new Collected();
        AttachStream stream = runtime.attach(id, output);
        runtime.start(id);

        runtime.resize(id, 33, 111);
        stream.write(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(output.await().stdout()).contains("33 111");
    }

    @Test
    void aProgramThatDoesNotExistIs127InDockersWords() throws Exception {
        StartFailedException failure =
                catchThrowableOfType(StartFailedException.class, () -> create(false, false, "nosuch"));

        assertThat(failure.exitCode()).isEqualTo(127);
        assertThat(failure)
                .hasMessageEndingWith(
                        "OCI runtime create failed: runc create failed: unable to start container process: "
                                + "exec: \"nosuch\": executable file not found in $PATH: unknown");
        assertThat(directory.resolve("run/runtime")).isEmptyDirectory();
    }

    @Test
    void aFileThatIsNoProgramIs126() {
        StartFailedException failure =
                catchThrowableOfType(StartFailedException.class, () -> create(false, false, "/bin/plain"));

        assertThat(failure.exitCode()).isEqualTo(126);
        assertThat(failure).hasMessageEndingWith("exec: \"/bin/plain\": permission denied: unknown");
    }

    @Test
    void aSignalEndsItWith128AndItsNumber() throws Exception {
        String id = create(false, false, "sleep", "1000");
        runtime.start(id);

        assertThat(runtime.kill(id, 9, false)).isTrue();

        assertThat(nextEnd().exitCode()).isEqualTo(137);
        assertThat(runtime.kill(id, 9, false)).isFalse();
    }

    @Test
    void deletedLeavesNothing() throws Exception {
        String id = create(false, false, "true");
        runtime.start(id);
        nextEnd();

        runtime.delete(id, false);

        assertThat(directory.resolve("run/runtime")).isEmptyDirectory();
        assertThat(directory.resolve("run/exits")).isEmptyDirectory();
        assertThat(cgroups(id)).isEmpty();
        assertThat(runtime.find(id)).isEmpty();
    }

    @Test
    void aRunningContainerIsDeletedByForceOnly() throws Exception {
        String id = create(false, false, "sleep", "1000");
        runtime.start(id);

        assertThatThrownBy(() -> runtime.delete(id, false)).isInstanceOf(EngineException.class);
        runtime.delete(id, true);

        assertThat(cgroups(id)).isEmpty();
    }

    @Test
    void anEngineThatComesBackFindsWhatRunsAndWhatHasEnded() throws Exception {
        String runs = create(false, true, "cat");
        String ended = create(false, true, "sh", "-c", "read x; exit 5");
        runtime.start(runs);
        runtime.start(ended);
        AttachStream stream = runtime.attach(ended, new Collected());
        runtime.close();
        stream.write(ByteBuffer.wrap(new byte[] {'\n'}));
        awaitFile(config.exitDir().resolve(ended));

        LinkedBlockingQueue<ExitStatus> later = new LinkedBlockingQueue<>();
        runtime = ContainerRuntime.open(config, later::add);

        assertThat(runtime.restore(runs, bundle(runs))).isInstanceOf(Restored.Running.class);
        assertThat(runtime.restore(ended, bundle(ended)))
                .isInstanceOfSatisfying(
                        Restored.Ended.class,
                        end -> assertThat(end.status().exitCode()).isEqualTo(5));
        assertThat(runtime.restore("never", directory)).isInstanceOf(Restored.Absent.class);
        Collected output = new Collected();
        runtime.attach(runs, output).closeInput();
        assertThat(later.poll(30, TimeUnit.SECONDS))
                .extracting(ExitStatus::exitCode)
                .isEqualTo(0);
    }

    @Test
    void killedConmonTakesItsContainerAlong() throws Exception {
        String id = create(false, false, "sleep", "1000");
        runtime.start(id);
        Shim shim = runtime.find(id).orElseThrow();

        ProcessHandle.of(shim.conmon().pid()).orElseThrow().destroyForcibly();

        assertThat(nextEnd().exitCode()).isEqualTo(ExitStatus.UNKNOWN);
        assertThat(shim.conmon().isAlive()).isFalse();
    }

    @Test
    void pausedAndResumedItStillEnds() throws Exception {
        String id = create(false, true, "sh", "-c", "read x; exit 3");
        AttachStream stream = runtime.attach(id, new Collected());
        runtime.start(id);

        runtime.pause(id);
        stream.write(ByteBuffer.wrap(new byte[] {'\n'}));
        assertThat(runtime.processes(id))
                .containsExactly(runtime.find(id).orElseThrow().init().pid());
        runtime.resume(id);

        assertThat(nextEnd().exitCode()).isEqualTo(3);
    }

    @Test
    void missingProgramsAreNamedWithTheirPackage() {
        RuntimeConfig without = new RuntimeConfig("nosuch-conmon", "runc", config.runtimeRoot(), config.exitDir());

        assertThatThrownBy(() -> ContainerRuntime.open(without, ends::add))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("nosuch-conmon is not installed")
                .hasMessageContaining("install the package conmon");
    }

    @Test
    void versionsAreReported() {
        RuntimeVersions versions = runtime.versions();

        assertThat(versions.runtimeName()).isEqualTo("runc");
        assertThat(versions.runtime()).matches("\\d+\\..*");
        assertThat(versions.conmon()).matches("\\d+\\..*");
    }

    private String create(boolean tty, boolean stdin, String... arguments) throws IOException {
        String id = UUID.randomUUID().toString();
        Path bundle = bundles.bundle(id, tty, arguments);
        runtime.create(new ShimRequest(id, bundle, bundle.resolve("log"), tty, stdin, stdin, 0));
        made.add(id);
        return id;
    }

    private Path bundle(String id) {
        return directory.resolve("containers").resolve(id);
    }

    private ExitStatus nextEnd() throws InterruptedException {
        ExitStatus end = ends.poll(30, TimeUnit.SECONDS);
        assertThat(end).isNotNull();
        return end;
    }

    private static List<Path> cgroups(String id) throws IOException {
        try (var hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return hierarchies
                    .map(hierarchy -> hierarchy.resolve("gantry-test").resolve(id))
                    .filter(Files::exists)
                    .toList();
        }
    }

    private static void awaitFile(Path file) throws InterruptedException {
        try (DirectoryWatch watch = new DirectoryWatch()) {
            java.util.concurrent.CountDownLatch there = new java.util.concurrent.CountDownLatch(1);
            watch.watch(file.getParent(), name -> {
                if (Files.exists(file)) {
                    there.countDown();
                }
            });
            if (!Files.exists(file)) {
                assertThat(there.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
