package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Containers.ProcessTable;
import io.gantry.engine.Containers.Stats;
import io.gantry.engine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsTest {
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
    void countsWhatARunningContainerUses() throws Exception {
        String id = whole.createShell(
                "ping -c 3 -i 0.1 172.17.0.1; seq 20000 >/tmp/x; sleep 1000; exit", "{\"Memory\":67108864}");
        whole.engine().containers().start(id);
        whole.exec(id, "while ! grep -q 20000 /tmp/x; do usleep 1000; done");

        Stats stats = whole.engine().containers().stats(id);

        assertThat(stats.cpuTotalNanos()).isPositive();
        assertThat(stats.systemCpuNanos()).isGreaterThan(stats.cpuTotalNanos());
        assertThat(stats.memoryUsage()).isPositive();
        assertThat(stats.memoryLimit()).isEqualTo(67_108_864);
        assertThat(stats.pids()).isGreaterThanOrEqualTo(2);
        assertThat(stats.networks()).containsOnlyKeys("eth0");
        assertThat(stats.networks().get("eth0").txPackets()).isGreaterThanOrEqualTo(3);
        assertThat(stats.networks().get("eth0").rxBytes()).isPositive();
    }

    @Test
    void aContainerThatDoesNotRunUsesNothing() {
        String id = whole.createShell("true", "{}");

        Stats stats = whole.engine().containers().stats(id);

        assertThat(stats.memoryUsage()).isZero();
        assertThat(stats.networks()).isEmpty();
    }

    @Test
    void showsItsProcessesAndNoOthers() throws Exception {
        String id = whole.createShell("sleep 1001 & sleep 1002; exit", "{\"NetworkMode\":\"none\"}");
        whole.engine().containers().start(id);
        whole.exec(id, "until [ $(cat /proc/[0-9]*/comm | grep -c sleep) = 2 ]; do usleep 1000; done");

        ProcessTable table = whole.engine().containers().top(id, "-o pid,args");

        assertThat(table.titles()).containsExactly("PID", "COMMAND");
        assertThat(table.processes())
                .extracting(row -> row.get(1))
                .containsExactlyInAnyOrder("sh -c sleep 1001 & sleep 1002; exit", "sleep 1001", "sleep 1002");
        whole.engine().containers().kill(id, "KILL");
        whole.await(id);
        assertThatThrownBy(() -> whole.engine().containers().top(id, ""))
                .isInstanceOf(EngineException.class)
                .hasMessage("container " + id + " is not running");
    }
}
