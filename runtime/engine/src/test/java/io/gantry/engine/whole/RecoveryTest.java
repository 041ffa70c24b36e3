package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.InputHandle;
import io.gantry.engine.model.ModelJson;
import io.gantry.engine.model.NetworkRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine finds that comes after one that was killed. */
class RecoveryTest {
    private static final int KILLS = Integer.getInteger("gantry.kills", 12);

    @TempDir
    Path directory;

    private WholeEngine whole;

    @BeforeEach
    void open() throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterEach
    void close() throws IOException {
        if (whole.engine() == null) {
            whole.reopen();
        }
        whole.close();
    }

    @Test
    void runningContainersAreFoundWithTheirPortsAndGoOn() throws Exception {
        whole.shut();
        String host = "{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"9100\"}]}}";
        String id;
        try (EngineProcess process = EngineProcess.start(whole, host)) {
            id = process.line();
            process.kill();
        }

        whole.reopen();

        Container found = whole.engine().containers().find(id);
        assertThat(found.state().status()).isEqualTo(Status.RUNNING);
        assertThat(whole.exec(id, "hostname -i").stdout())
                .isEqualTo(found.endpoints().get(0).ipAddress() + "\n");
        String second = whole.createShell("true", host);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> whole.engine().containers().start(second))
                .hasMessageContaining("port is already allocated");
        Output output = new Output();
        InputHandle handle =
                whole.engine().containers().attach(id, new AttachRequest(true, true, true, false, true), output);
        handle.write(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(whole.await(id)).isEqualTo(6);
        output.await();
        whole.engine().containers().start(second);
        assertThat(whole.await(second)).isZero();
    }

    @Test
    void namesAreServedAgainAndHeldByTheRightContainers() throws Exception {
        whole.engine().networks().create(ModelJson.mapper().readValue("{\"Name\":\"front\"}", NetworkRequest.class));
        whole.shut();
        String web;
        String asker;
        try (EngineProcess process = EngineProcess.start(
                whole, "{\"NetworkMode\":\"front\"}\n{\"NetworkMode\":\"front\",\"Dns\":[\"127.0.0.99\"]}")) {
            web = process.line();
            asker = process.line();
            process.kill();
        }

        whole.reopen();

        String address =
                whole.engine().containers().find(web).endpoints().get(0).ipAddress();
        String lookup = "nslookup -type=a " + web.substring(0, 12);
        assertThat(whole.exec(asker, lookup).stdout()).contains("Address: " + address + "\n");
        assertThat(whole.exec(asker, "cat /etc/resolv.conf").stdout()).contains("# ExtServers: [127.0.0.99]");
        whole.reopen();
        assertThat(whole.exec(asker, lookup).stdout()).contains("Address: " + address + "\n");
        whole.engine().containers().remove(web, true, true);
        assertThat(whole.exec(asker, lookup).exitCode()).isNotZero();
        whole.engine().containers().remove(asker, true, true);
        whole.engine().networks().remove("front");
        assertThat(names("run/netns")).isEmpty();
    }

    @Test
    void whatEndedMeanwhileHasItsExitCodeAndWhatShouldBeRemovedIs() throws Exception {
        whole.shut();
        String stays;
        String goes;
        try (EngineProcess process = EngineProcess.start(
                whole, "{\"NetworkMode\":\"none\"}\n{\"AutoRemove\":true,\"NetworkMode\":\"none\"}")) {
            stays = process.line();
            goes = process.line();
            process.kill();
        }
        for (String id : List.of(stays, goes)) {
            long pid = pidIn(id);
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            awaitFile(whole.config().runRoot().resolve("exits").resolve(id));
        }

        whole.reopen();

        assertThat(whole.engine().containers().list()).extracting(Container::id).containsExactly(stays);
        assertThat(whole.engine().containers().find(stays).state().exitCode()).isEqualTo(137);
        assertThat(whole.mounts()).isEmpty();
    }

    @Test
    void killedAtAnyPointNothingLeaksAndWhatIsListedWorks() throws Exception {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        Random random = new Random(seed);
        whole.shut();
        int found = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (EngineProcess process = EngineProcess.start(whole, "churn")) {
                assertThat(process.line()).isEqualTo("churning");
                if (kill % 2 == 0) {
                    assertThat(process.line())
                            .as("the first container that runs")
                            .hasSize(64);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(900)));
                process.kill();
            }
            whole.reopen();
            found += whole.engine().containers().list().size();
            awaitConsistent("seed " + seed + ", kill " + kill);
            removeAll("seed " + seed + ", kill " + kill);
            whole.shut();
        }
        assertThat(found).as("containers that were found").isPositive();
        whole.reopen();
        assertThat(whole.run(whole.createShell("cat /etc/group", "{}")).exitCode())
                .isZero();
    }

    /** A container that was being killed may end just now, and is then taken apart in the background. */
    private void awaitConsistent(String when) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (true) {
            try {
                checkConsistent(when);
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private void checkConsistent(String when) throws IOException {
        List<Container> all = whole.engine().containers().list();
        Set<String> running = all.stream()
                .filter(one -> one.state().status() == Status.RUNNING)
                .map(Container::id)
                .collect(Collectors.toSet());
        Set<String> listed = all.stream().map(Container::id).collect(Collectors.toSet());
        assertThat(names("run/bundles")).as(when).isEqualTo(running);
        assertThat(names("run/runtime")).as(when).isEqualTo(running);
        assertThat(names("data/containers")).as(when).isEqualTo(listed);
        long onBridge = all.stream()
                .filter(one -> running.contains(one.id())
                        && one.hostConfig().networkMode().equals("bridge"))
                .count();
        assertThat(whole.links().stream().filter(link -> link.startsWith("veth")))
                .as(when)
                .hasSize((int) onBridge);
        for (Container one : all) {
            if (one.state().status() == Status.RUNNING) {
                assertThat(ProcessHandle.of(one.state().pid())).as(when).isPresent();
            }
        }
    }

    private void removeAll(String when) throws IOException {
        for (Container one : whole.engine().containers().list()) {
            whole.engine().containers().remove(one.id(), true, true);
        }
        assertThat(whole.mounts()).as(when).isEmpty();
        assertThat(whole.links()).as(when).noneMatch(link -> link.startsWith("veth"));
        assertThat(names("run/netns")).as(when).isEmpty();
        assertThat(whole.inHost(() -> WholeEngine.run("nft", "list", "ruleset")))
                .as(when)
                .doesNotContain("tcp . ");
        assertThat(whole.engine().images().find(WholeEngine.IMAGE).tags())
                .as(when)
                .contains(WholeEngine.IMAGE);
    }

    private Set<String> names(String below) throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve(below))) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private long pidIn(String id) throws IOException {
        return Long.parseLong(
                Files.readString(directory.resolve("run/bundles").resolve(id).resolve("pid"))
                        .strip());
    }

    private static void awaitFile(Path file) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as("%s", file).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
