package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.Execs.ExecRequest;
import io.gantry.engine.InputHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container's processes find around them, and what can be done to them while they run. */
class RunningTest {
    private static WholeEngine whole;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @AfterEach
    void removeAll() {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
    }

    @Test
    void capabilitiesFilterAndMaskedPathsAreDockers() throws Exception {
        String id = whole.createShell(
                "grep -E 'CapEff|CapBnd|Seccomp:|NoNewPrivs' /proc/self/status; head -c 1 /proc/kcore | wc -c; echo 1 >/proc/sys/kernel/hostname",
                none(""));

        WholeEngine.Ran ran = whole.run(id);

        assertThat(ran.stdout())
                .contains("CapEff:\t00000000a80425fb", "CapBnd:\t00000000a80425fb", "Seccomp:\t2", "NoNewPrivs:\t0");
        assertThat(ran.stderr()).contains("Read-only file system");
    }

    @Test
    void privilegesAreGivenAndTakenAsAsked() throws Exception {
        String status = "grep -E 'CapEff|Seccomp:' /proc/self/status";
        assertThat(whole.run(whole.createShell(status, none(",\"Privileged\":true")))
                        .stdout())
                .contains("Seccomp:\t0")
                .doesNotContain("a80425fb");
        assertThat(whole.run(whole.createShell(status, none(",\"CapDrop\":[\"ALL\"],\"CapAdd\":[\"NET_ADMIN\"]")))
                        .stdout())
                .contains("CapEff:\t0000000000001000");
        assertThat(whole.run(whole.createShell("id; echo x >/etc/x", none(",\"ReadonlyRootfs\":true")))
                        .stderr())
                .contains("Read-only file system");
    }

    @Test
    void limitsAreKept() throws Exception {
        String id = whole.createShell(
                "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; ulimit -n",
                none(
                        ",\"Memory\":67108864,\"PidsLimit\":50,\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":512,\"Hard\":1024}]"));

        assertThat(whole.run(id).stdout().lines().toList()).containsExactly("67108864", "50", "512");
    }

    @Test
    void userEnvironmentDirectoryAndHostname() throws Exception {
        String id = whole.create(
                "{\"Image\":\"" + WholeEngine.IMAGE
                        + "\",\"User\":\"user\",\"WorkingDir\":\"/tmp/new\",\"Hostname\":\"boat\",\"Env\":[\"A=b c\"],\"Entrypoint\":[\"sh\",\"-c\"],\"Cmd\":[\"id -u; pwd; hostname; echo $A; echo $HOME; cat /etc/hostname; grep boat /etc/hosts | head -n 1 | grep -c 172.17\"]}");

        assertThat(whole.run(id).stdout()).isEqualTo("1000\n/tmp/new\nboat\nb c\n/\nboat\n1\n");
    }

    @Test
    void theMarkOfAContainerIsThereAndTheConfigurationIsComplete() throws Exception {
        String id = whole.createShell("ls -a / | grep dockerenv", none(""));

        assertThat(whole.run(id).stdout()).isEqualTo(".dockerenv\n");
        assertThat(whole.engine().containers().changes(id)).isEmpty();
        assertThat(whole.engine().containers().find(id).hostConfig().runtime()).isEqualTo("runc");
        assertThat(whole.engine().containers().find(id).hostConfig().cgroupnsMode())
                .isIn("host", "private");
        assertThatThrownBy(() -> whole.engine().containers().kill(id, "TERM"))
                .hasMessage("cannot kill container: " + id + ": container " + id + " is not running");
    }

    @Test
    void aTerminalIsOneStreamAndTakesInput() throws Exception {
        String id = whole.create(
                "{\"Image\":\"" + WholeEngine.IMAGE
                        + "\",\"Tty\":true,\"OpenStdin\":true,\"Cmd\":[\"sh\",\"-c\",\"tty; read x; echo got $x >&2; stty size\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"ConsoleSize\":[30,100]}}");
        Output output = new Output();
        InputHandle input =
                whole.engine().containers().attach(id, new AttachRequest(true, true, true, false, true), output);
        whole.engine().containers().start(id);
        output.awaitOutput("/dev/pts");

        whole.engine().containers().resize(id, 31, 101);
        input.write(ByteBuffer.wrap("word\n".getBytes(StandardCharsets.UTF_8)));
        output.await();

        assertThat(output.stdout()).contains("/dev/pts/0\r\n", "got word\r\n", "31 101\r\n");
        assertThat(output.stderr()).isEmpty();
    }

    @Test
    void aFurtherCommandTakesInputUserEnvironmentAndTerminal() throws Exception {
        String id = running();
        Output piped = new Output();
        InputHandle input = whole.engine()
                .containers()
                .execs()
                .start(exec(id, true, false, "user", List.of("X=1"), "cat; id -u; echo $X; pwd"), piped);
        input.write(ByteBuffer.wrap("in\n".getBytes(StandardCharsets.UTF_8)));
        input.closeInput();
        assertThat(piped.await().stdout()).isEqualTo("in\n1000\n1\n/tmp\n");

        Output terminal = new Output();
        String execId = exec(id, true, true, "", List.of(), "tty; read x; stty size");
        InputHandle keys = whole.engine().containers().execs().start(execId, terminal);
        terminal.awaitOutput("/dev/pts");
        whole.engine().containers().execs().resize(execId, 20, 70);
        keys.write(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(terminal.await().stdout()).contains("20 70");
    }

    @Test
    void aFurtherCommandThatCannotRunSaysWhyAndOneThatIsLeftAloneRuns() throws Exception {
        String id = running();
        String bad = whole.engine()
                .containers()
                .execs()
                .create(id, new ExecRequest(false, true, true, false, "", false, List.of(), "", List.of("nosuch"), ""));
        assertThatThrownBy(() -> whole.engine().containers().execs().start(bad, new Output()))
                .hasMessageContaining("OCI runtime exec failed")
                .hasMessageContaining("executable file not found");
        assertThat(whole.engine().containers().execs().find(bad).exitCode()).contains(127);

        whole.engine()
                .containers()
                .execs()
                .startDetached(exec(id, false, false, "", List.of(), "echo alone >/tmp/alone"));

        awaitState(() -> whole.exec(id, "cat /tmp/alone").stdout().equals("alone\n"));
    }

    @Test
    void frozenItDoesNothingAndThawedItGoesOn() throws Exception {
        String id = running();

        whole.engine().containers().pause(id);
        assertThat(whole.engine().containers().find(id).state().status()).isEqualTo(Status.PAUSED);
        assertThatThrownBy(() -> whole.exec(id, "true"))
                .hasMessageContaining("is paused, unpause the container before exec");
        whole.engine().containers().unpause(id);

        assertThat(whole.exec(id, "echo on").stdout()).isEqualTo("on\n");
    }

    @Test
    void aContainerIsStartedAgainAsItsPolicySays() throws Exception {
        String id = whole.createShell(
                "echo . >>/var/runs; exit 1",
                none(",\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}"));

        whole.engine().containers().start(id);

        awaitState(() -> {
            Container now = whole.engine().containers().find(id);
            return now.state().status() == Status.EXITED && now.restartCount() == 2;
        });
    }

    @Test
    void aNewNameIsKnownAndTheOldOneFree() {
        String id = whole.create("{\"Image\":\"" + WholeEngine.IMAGE + "\",\"Name\":\"old\"}");

        whole.engine().containers().rename("old", "new");

        assertThat(whole.engine().containers().find("new").id()).isEqualTo(id);
        assertThat(whole.create("{\"Image\":\"" + WholeEngine.IMAGE + "\",\"Name\":\"old\"}"))
                .isNotEqualTo(id);
    }

    @Test
    void memoryBeyondTheLimitKillsAndIsTold() throws Exception {
        String id = whole.createShell(
                "head -c 200m /dev/zero | grep x", none(",\"Memory\":16777216,\"MemorySwap\":16777216"));
        whole.engine().containers().start(id);

        assertThat(whole.await(id)).isNotZero();
        assertThat(whole.engine().containers().find(id).state().oomKilled()).isTrue();
    }

    private static String running() {
        String id = whole.create("{\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"WorkingDir\":\"/tmp\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\"none\"}}");
        whole.engine().containers().start(id);
        return id;
    }

    private static String exec(String id, boolean stdin, boolean tty, String user, List<String> env, String script) {
        return whole.engine()
                .containers()
                .execs()
                .create(
                        id,
                        new ExecRequest(stdin, true, true, tty, user, false, env, "", List.of("sh", "-c", script), ""));
    }

    private static String none(String more) {
        return "{\"NetworkMode\":\"none\"" + more + "}";
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void awaitState(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
