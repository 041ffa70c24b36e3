package io.gantry.engine.stats;

import static io.gantry.engine.stats.Cgroups.lines;
import static io.gantry.engine.stats.Cgroups.number;
import static io.gantry.engine.stats.Cgroups.value;

import io.gantry.engine.Containers.InterfaceCounters;
import io.gantry.engine.Containers.Stats;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what the control groups and the network interfaces of a container count. What the kernel does not tell is zero. */
public final class ContainerCounters {
    /** {@code USER_HZ}, the same on every architecture that matters. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private static final long NANOS_PER_MICRO = 1000;
    private static final List<String> BLOCK_FILES = List.of(
            "blkio.throttle.io_service_bytes_recursive",
            "blkio.io_service_bytes_recursive",
            "blkio.bfq.io_service_bytes_recursive");

    private final Cgroups groups;

    private ContainerCounters(Cgroups groups) {
        this.groups = groups;
    }

    /** Of a container that does not run. */
    public static Stats none() {
        return new Stats(Instant.EPOCH, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    /**
     * Of a container that runs.
     *
     * @param pid of its first process, on the host
     */
    public static Stats read(long pid, String containerId) {
        return read(Cgroups.of(pid, containerId), NetworkCounters.of(pid));
    }

    static Stats read(Cgroups groups, Map<String, InterfaceCounters> networks) {
        return new ContainerCounters(groups).read(networks);
    }

    private Stats read(Map<String, InterfaceCounters> networks) {
        Cpu cpu = groups.version1("cpuacct").isPresent() ? cpuOfVersion1() : cpuOfVersion2();
        Memory memory = groups.version1("memory").isPresent() ? memoryOfVersion1() : memoryOfVersion2();
        Block block = groups.version1("blkio").isPresent() ? blockOfVersion1() : blockOfVersion2();
        Optional<Path> pids = groups.version1("pids").or(groups::version2);
        MachineCpu machine = MachineCpu.read();
        return new Stats(
                Instant.now(),
                cpu.total(),
                cpu.user(),
                cpu.kernel(),
                machine.nanos(),
                machine.online(),
                memory.usage(),
                memory.limit(),
                memory.inactiveFile(),
                number(pids, "pids.current").orElse(0L),
                block.read(),
                block.written(),
                networks);
    }

    private record Cpu(long total, long user, long kernel) {}

    private Cpu cpuOfVersion1() {
        Optional<Path> group = groups.version1("cpuacct");
        List<String> ticks = lines(group, "cpuacct.stat");
        return new Cpu(
                number(group, "cpuacct.usage").orElse(0L),
                value(ticks, "user").orElse(0L) * NANOS_PER_TICK,
                value(ticks, "system").orElse(0L) * NANOS_PER_TICK);
    }

    private Cpu cpuOfVersion2() {
        List<String> micros = lines(groups.version2(), "cpu.stat");
        return new Cpu(
                value(micros, "usage_usec").orElse(0L) * NANOS_PER_MICRO,
                value(micros, "user_usec").orElse(0L) * NANOS_PER_MICRO,
                value(micros, "system_usec").orElse(0L) * NANOS_PER_MICRO);
    }

    private record Memory(long usage, long limit, long inactiveFile) {}

    private Memory memoryOfVersion1() {
        Optional<Path> group = groups.version1("memory");
        return memory(
                number(group, "memory.usage_in_bytes"),
                number(group, "memory.limit_in_bytes"),
                value(lines(group, "memory.stat"), "total_inactive_file"));
    }

    private Memory memoryOfVersion2() {
        Optional<Path> group = groups.version2();
        return memory(
                number(group, "memory.current"),
                number(group, "memory.max"),
                value(lines(group, "memory.stat"), "inactive_file"));
    }

    /** Without a limit, or with one that is larger, the limit is what the machine has. */
    private static Memory memory(Optional<Long> usage, Optional<Long> limit, Optional<Long> inactiveFile) {
        if (usage.isEmpty()) {
            return new Memory(0, 0, 0);
        }
        long machine = lines(Optional.of(Path.of("/proc")), "meminfo").stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        return new Memory(usage.get(), Math.min(machine, limit.orElse(machine)), inactiveFile.orElse(0L));
    }

    private record Block(long read, long written) {}

    /** The first of the kernel's counts that counted anything: {@code 8:0 Read 4096}. */
    private Block blockOfVersion1() {
        Optional<Path> group = groups.version1("blkio");
        return BLOCK_FILES.stream()
                .map(file -> lines(group, file))
                .map(counts -> new Block(sum(counts, " Read "), sum(counts, " Write ")))
                .filter(block -> block.read() + block.written() > 0)
                .findFirst()
                .orElse(new Block(0, 0));
    }

    /** {@code 8:0 rbytes=4096 wbytes=0 rios=1 …}. */
    private Block blockOfVersion2() {
        List<String> counts = lines(groups.version2(), "io.stat");
        return new Block(sum(counts, " rbytes="), sum(counts, " wbytes="));
    }

    private static long sum(List<String> counts, String before) {
        long sum = 0;
        for (String line : counts) {
            int at = line.indexOf(before);
            if (at >= 0) {
                sum += Long.parseLong(line.substring(at + before.length()).split(" ")[0]);
            }
        }
        return sum;
    }
}
