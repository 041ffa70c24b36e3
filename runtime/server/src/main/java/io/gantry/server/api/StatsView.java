package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.Containers.Stats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a container uses. */
final class StatsView {
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private StatsView() {}

    /** With what was counted a moment before, from which clients compute rates. */
    static View of(Container container, Stats now, Optional<Stats> before, String cgroupVersion) {
        boolean v2 = cgroupVersion.equals("2");
        return new View()
                .put("name", "/" + container.name())
                .put("id", container.id())
                .put("read", now.read().toString())
                .put("preread", before.map(stats -> stats.read().toString()).orElse(NEVER))
                .put("pids_stats", new View().put("current", now.pids()))
                .put("blkio_stats", block(now))
                .put("num_procs", 0)
                .put("storage_stats", Map.of())
                .put("cpu_stats", cpu(now))
                .put("precpu_stats", before.map(StatsView::cpu).orElseGet(StatsView::noCpu))
                .put("memory_stats", memory(now, v2))
                .putIf(!now.networks().isEmpty(), "networks", networks(now));
    }

    private static View block(Stats stats) {
        return new View()
                .put(
                        "io_service_bytes_recursive",
                        List.of(operation("read", stats.blockRead()), operation("write", stats.blockWrite())))
                .putNull("io_serviced_recursive")
                .putNull("io_queue_recursive")
                .putNull("io_service_time_recursive")
                .putNull("io_wait_time_recursive")
                .putNull("io_merged_recursive")
                .putNull("io_time_recursive")
                .putNull("sectors_recursive");
    }

    private static View operation(String name, long bytes) {
        return new View().put("major", 0).put("minor", 0).put("op", name).put("value", bytes);
    }

    private static View cpu(Stats stats) {
        return new View()
                .put("cpu_usage", cpuUsage(stats.cpuTotalNanos(), stats.cpuKernelNanos(), stats.cpuUserNanos()))
                .put("system_cpu_usage", stats.systemCpuNanos())
                .put("online_cpus", stats.onlineCpus())
                .put("throttling_data", throttling());
    }

    private static View noCpu() {
        return new View().put("cpu_usage", cpuUsage(0, 0, 0)).put("throttling_data", throttling());
    }

    private static View cpuUsage(long total, long kernel, long user) {
        return new View()
                .put("total_usage", total)
                .put("usage_in_kernelmode", kernel)
                .put("usage_in_usermode", user);
    }

    private static View throttling() {
        return new View().put("periods", 0).put("throttled_periods", 0).put("throttled_time", 0);
    }

    /** The page cache that can go has another name in each version of cgroups. */
    private static View memory(Stats stats, boolean v2) {
        return new View()
                .put("usage", stats.memoryUsage())
                .put("stats", new View().put(v2 ? "inactive_file" : "total_inactive_file", stats.memoryInactiveFile()))
                .put("limit", stats.memoryLimit());
    }

    private static Map<String, View> networks(Stats stats) {
        Map<String, View> networks = new LinkedHashMap<>();
        stats.networks()
                .forEach((name, counters) -> networks.put(
                        name,
                        new View()
                                .put("rx_bytes", counters.rxBytes())
                                .put("rx_packets", counters.rxPackets())
                                .put("rx_errors", 0)
                                .put("rx_dropped", 0)
                                .put("tx_bytes", counters.txBytes())
                                .put("tx_packets", counters.txPackets())
                                .put("tx_errors", 0)
                                .put("tx_dropped", 0)));
        return networks;
    }

    /** Of a container that does not run. */
    static View none(Container container) {
        return new View()
                .put("name", "/" + container.name())
                .put("id", container.id())
                .put("read", NEVER)
                .put("preread", NEVER)
                .put("pids_stats", Map.of())
                .put("blkio_stats", Map.of())
                .put("num_procs", 0)
                .put("storage_stats", Map.of())
                .put("cpu_stats", noCpu())
                .put("precpu_stats", noCpu())
                .put("memory_stats", Map.of());
    }
}
