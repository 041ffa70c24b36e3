package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.EngineException;
import io.gantry.engine.whole.WholeEngine.Ran;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainersTest {
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
    void removeAll() throws IOException {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
        assertThat(whole.mounts()).isEmpty();
        assertThat(whole.links()).noneMatch(link -> link.startsWith("veth"));
    }

    @ParameterizedTest
    @CsvSource({"overlay2,default", "overlay2,host", "overlay2,none", "vfs,default", "vfs,none"})
    void runsOnEveryPairOfDrivers(String storage, String network) throws Exception {
        String id = whole.createShell(
                "echo out; echo err >&2; echo changed >/tmp/file; cat /tmp/file; exit 3",
                "{\"NetworkMode\":\"" + network + "\",\"StorageOpt\":{\"gantry.driver\":\"" + storage + "\"}}");

        Ran ran = whole.run(id);

        assertThat(ran).isEqualTo(new Ran(3, "out\nchanged\n", "err\n"));
        Container ended = whole.engine().containers().find(id);
        assertThat(ended.storageDriver()).isEqualTo(storage);
        assertThat(ended.state().status()).isEqualTo(Status.EXITED);
        assertThat(ended.state().exitCode()).isEqualTo(3);
    }

    @Test
    void aContainerOnTheBridgeHasItsAddressAndReachesTheGateway() throws Exception {
        String id =
                whole.createShell("ip -4 -o addr show eth0; ip route; ping -c 1 -W 5 172.17.0.1; hostname -i", "{}");

        Ran ran = whole.run(id);

        assertThat(ran.stdout()).contains("172.17.0.", "default via 172.17.0.1", "1 packets received");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void aPublishedPortIsReachedFromTheHost() throws Exception {
        String id = whole.createShell(
                "echo hello >/www/index.html; exec httpd -f -p 80 -h /www",
                "{\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"18080\"},{\"HostPort\":\"18081\"}]}}");
        whole.engine().containers().start(id);

        for (String port : new String[] {"18080", "18081"}) {
            String page = whole.inHost(() -> WholeEngine.run(
                    "/bin/sh",
                    "-c",
                    "for i in $(seq 50); do /bin/busybox wget -q -O - http://127.0.0.1:" + port
                            + "/ && exit; /bin/busybox usleep 100000; done; exit 1"));
            assertThat(page).endsWith("hello\n");
        }
    }

    @Test
    void commandsRunInARunningContainer() throws Exception {
        String id = whole.createShell("sleep 1000", "{}");
        whole.engine().containers().start(id);

        assertThat(whole.exec(id, "echo in $(hostname); echo bad >&2; exit 5"))
                .isEqualTo(new Ran(5, "in " + id.substring(0, 12) + "\n", "bad\n"));
        assertThatThrownBy(() -> whole.exec("nosuch", "true")).isInstanceOf(EngineException.class);
    }

    @Test
    void stopsKillsAndRestarts() throws Exception {
        String id = whole.createShell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done", "{}");
        Output output = new Output();
        whole.engine().containers().attach(id, new AttachRequest(false, true, true, false, true), output);
        whole.engine().containers().start(id);
        output.awaitOutput("ready");
        whole.engine().containers().stop(id, Optional.of(10), Optional.empty());
        assertThat(whole.engine().containers().find(id).state().exitCode()).isEqualTo(9);

        whole.engine().containers().start(id);
        whole.engine().containers().kill(id, "KILL");
        assertThat(whole.await(id)).isEqualTo(137);

        whole.engine().containers().restart(id, Optional.of(0), Optional.empty());
        assertThat(whole.engine().containers().find(id).state().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aContainerRemovesItselfIfAsked() throws Exception {
        String id = whole.createShell("exit 4", "{\"AutoRemove\":true}");

        var removed = whole.engine().containers().await(id, io.gantry.engine.WaitCondition.REMOVED);
        whole.engine().containers().start(id);

        assertThat(removed.get(30, java.util.concurrent.TimeUnit.SECONDS).exitCode())
                .isEqualTo(4);
        assertThat(whole.engine().containers().list()).isEmpty();
    }
}
