package io.gantry.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.Containers.InterfaceCounters;
import io.gantry.engine.Containers.Stats;
import io.gantry.linux.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerCountersTest {
    private static final String ID = "0123456789abcdef";

    @TempDir
    Path directory;

    @Test
    void readsTheFilesOfVersion2OfTheContainersOwnGroupNotOfThoseItMadeWithin() throws IOException {
        Path group = Files.createDirectories(directory.resolve("unified/gantry/" + ID));
        Files.createDirectories(group.resolve("init.scope"));
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 0\n");
        Files.writeString(group.resolve("memory.current"), "1048576\n");
        Files.writeString(group.resolve("memory.max"), "max\n");
        Files.writeString(group.resolve("memory.stat"), "anon 1\nfile 2\ninactive_file 4096\n");
        Files.writeString(group.resolve("pids.current"), "3\n");
        Files.writeString(
                group.resolve("io.stat"),
                "8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=1 wios=1\n7:0 \n");
        Cgroups groups = Cgroups.of(
                List.of("0::/gantry/" + ID + "/init.scope"),
                ID,
                mounts("31 25 0:27 / " + directory + "/unified rw - cgroup2 cgroup2 rw"));

        Stats stats = ContainerCounters.read(groups, Map.of());

        assertThat(stats.cpuTotalNanos()).isEqualTo(30_000);
        assertThat(stats.cpuUserNanos()).isEqualTo(20_000);
        assertThat(stats.cpuKernelNanos()).isEqualTo(10_000);
        assertThat(stats.memoryUsage()).isEqualTo(1_048_576);
        assertThat(stats.memoryLimit()).isGreaterThan(1 << 20).isLessThan(1L << 50);
        assertThat(stats.memoryInactiveFile()).isEqualTo(4096);
        assertThat(stats.pids()).isEqualTo(3);
        assertThat(stats.blockRead()).isEqualTo(101);
        assertThat(stats.blockWrite()).isEqualTo(22);
        assertThat(stats.systemCpuNanos()).isPositive();
        assertThat(stats.onlineCpus()).isPositive();
    }

    @Test
    void readsTheFilesOfVersion1ThoughTheMountShowsAPartOfTheHierarchy() throws IOException {
        Path cpu = Files.createDirectories(directory.resolve("cpu/gantry/" + ID));
        Files.writeString(cpu.resolve("cpuacct.usage"), "123456789\n");
        Files.writeString(cpu.resolve("cpuacct.stat"), "user 2\nsystem 1\n");
        Path memory = Files.createDirectories(directory.resolve("memory/gantry/" + ID));
        Files.writeString(memory.resolve("memory.usage_in_bytes"), "500\n");
        Files.writeString(memory.resolve("memory.limit_in_bytes"), "6291456\n");
        Files.writeString(memory.resolve("memory.stat"), "inactive_file 1\ntotal_inactive_file 7\n");
        Path blkio = Files.createDirectories(directory.resolve("blkio/gantry/" + ID));
        Files.writeString(blkio.resolve("blkio.throttle.io_service_bytes_recursive"), "Total 0\n");
        Files.writeString(
                blkio.resolve("blkio.bfq.io_service_bytes_recursive"),
                "8:0 Read 10\n8:0 Write 20\n8:0 Total 30\nTotal 30\n");
        Cgroups groups = Cgroups.of(
                List.of("3:cpu,cpuacct:/outer/gantry/" + ID, "2:memory:/gantry/" + ID, "1:blkio:/gantry/" + ID, "0::/"),
                ID,
                mounts(
                        "1 0 0:1 /outer " + directory + "/cpu rw - cgroup cgroup rw,cpu,cpuacct",
                        "2 0 0:2 / " + directory + "/memory rw - cgroup cgroup rw,memory",
                        "3 0 0:3 / " + directory + "/blkio rw - cgroup cgroup rw,blkio"));

        Stats stats = ContainerCounters.read(groups, Map.of());

        assertThat(stats.cpuTotalNanos()).isEqualTo(123_456_789);
        assertThat(stats.cpuUserNanos()).isEqualTo(20_000_000);
        assertThat(stats.cpuKernelNanos()).isEqualTo(10_000_000);
        assertThat(stats.memoryUsage()).isEqualTo(500);
        assertThat(stats.memoryLimit()).isEqualTo(6_291_456);
        assertThat(stats.memoryInactiveFile()).isEqualTo(7);
        assertThat(stats.blockRead()).isEqualTo(10);
        assertThat(stats.blockWrite()).isEqualTo(20);
        assertThat(stats.pids()).isZero();
    }

    @Test
    void whatTheKernelDoesNotTellIsZero() {
        Stats stats = ContainerCounters.read(Cgroups.of(List.of("0::/nosuch"), ID, mounts()), Map.of());

        assertThat(stats.cpuTotalNanos()).isZero();
        assertThat(stats.memoryLimit()).isZero();
        assertThat(stats.pids()).isZero();
        assertThat(stats.networks()).isEmpty();
    }

    @Test
    void sumsUpTheMachinesTimeAsDockerDoes() {
        MachineCpu machine = MachineCpu.parse(List.of(
                "cpu  1 2 3 4 5 6 7 100 1000 1000",
                "cpu0 1 2 3 4 5 6 7 8 9 10",
                "cpu1 0 0 0 0 0 0 0 0 0 0",
                "intr 12"));

        assertThat(machine).isEqualTo(new MachineCpu(280_000_000, 2));
    }

    @Test
    void readsInterfaces() {
        assertThat(NetworkCounters.parse(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop",
                        "    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0",
                        "  eth0:1000 10 1 2 3 4 5 6 2000 20 1 2 3 4 5 6")))
                .isEqualTo(Map.of("eth0", new InterfaceCounters(1000, 10, 2000, 20)));
    }

    private static MountTable mounts(String... lines) {
        return MountTable.parse(String.join("\n", lines));
    }
}
