package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Limits and devices of {@code run}, {@code create} and {@code update}. */
final class ResourceFlags {
    private ResourceFlags() {}

    static void add(Invocation flags, Map<String, Object> host) {
        limits(flags, host);
        if (flags.given("kernel-memory")) {
            host.put("KernelMemory", HumanUnits.bytes(flags.text("kernel-memory")));
        }
        if (flags.given("memory-swappiness")) {
            host.put("MemorySwappiness", flags.number("memory-swappiness", -1));
        }
        if (flags.given("oom-kill-disable")) {
            host.put("OomKillDisable", flags.on("oom-kill-disable"));
        }
        if (flags.given("oom-score-adj")) {
            long score = flags.number("oom-score-adj", 0);
            host.put("OomScoreAdj", score);
        }
        List<Object> ulimits = new ArrayList<>();
        for (String limit : flags.list("ulimit")) {
            ulimits.add(ulimit(limit));
        }
        host.put("Ulimits", ulimits);
        List<Object> devices = new ArrayList<>();
        for (String each : flags.list("device")) {
            devices.add(device(each));
        }
        host.put("Devices", devices);
        host.put("DeviceCgroupRules", flags.list("device-cgroup-rule"));
        host.put("BlkioWeightDevice", devices(flags, "blkio-weight-device", "Weight", false));
        host.put("BlkioDeviceReadBps", devices(flags, "device-read-bps", "Rate", true));
        host.put("BlkioDeviceWriteBps", devices(flags, "device-write-bps", "Rate", true));
        host.put("BlkioDeviceReadIOps", devices(flags, "device-read-iops", "Rate", false));
        host.put("BlkioDeviceWriteIOps", devices(flags, "device-write-iops", "Rate", false));
    }

    /** The part that {@code update} has as well; only flags that were given appear. */
    static void limits(Invocation flags, Map<String, Object> host) {
        for (String[] pair : new String[][] {
            {"blkio-weight", "BlkioWeight"},
            {"cpu-period", "CpuPeriod"},
            {"cpu-quota", "CpuQuota"},
            {"cpu-rt-period", "CpuRealtimePeriod"},
            {"cpu-rt-runtime", "CpuRealtimeRuntime"},
            {"cpu-shares", "CpuShares"},
            {"cpu-count", "CpuCount"},
            {"cpu-percent", "CpuPercent"},
            {"pids-limit", "PidsLimit"}
        }) {
            if (flags.given(pair[0])) {
                host.put(pair[1], flags.number(pair[0], 0));
            }
        }
        for (String[] pair : new String[][] {{"memory", "Memory"}, {"memory-reservation", "MemoryReservation"}}) {
            if (flags.given(pair[0])) {
                host.put(pair[1], HumanUnits.bytes(flags.text(pair[0])));
            }
        }
        if (flags.given("memory-swap")) {
            String swap = flags.text("memory-swap");
            host.put("MemorySwap", swap.equals("-1") ? -1L : HumanUnits.bytes(swap));
        }
        if (flags.given("cpus")) {
            host.put("NanoCpus", ContainerSpec.nanoCpus(flags.text("cpus")));
        }
        for (String[] pair : new String[][] {{"cpuset-cpus", "CpusetCpus"}, {"cpuset-mems", "CpusetMems"}}) {
            if (flags.given(pair[0])) {
                host.put(pair[1], flags.text(pair[0]));
            }
        }
    }

    /** {@code name=soft[:hard]}. */
    static Map<String, Object> ulimit(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw invalidUlimit(text, "invalid ulimit argument: " + text);
        }
        String[] values = text.substring(equals + 1).split(":", -1);
        if (values.length > 2) {
            throw invalidUlimit(
                    text,
                    "too many limit value arguments - " + text.substring(equals + 1)
                            + ", can only have up to two, `soft[:hard]`");
        }
        try {
            long soft = Long.parseLong(values[0]);
            long hard = values.length > 1 ? Long.parseLong(values[1]) : soft;
            if (hard != -1 && (soft == -1 || soft > hard)) {
                throw invalidUlimit(
                        text, "ulimit soft limit must be less than or equal to hard limit: " + soft + " > " + hard);
            }
            Map<String, Object> limit = new LinkedHashMap<>();
            limit.put("Name", text.substring(0, equals));
            limit.put("Hard", hard);
            limit.put("Soft", soft);
            return limit;
        } catch (NumberFormatException e) {
            throw invalidUlimit(text, "strconv.ParseInt: parsing \"" + values[0] + "\": invalid syntax");
        }
    }

    private static UsageException invalidUlimit(String text, String why) {
        return new UsageException.OfFlag(text, "--ulimit", why);
    }

    /** {@code host[:container][:rwm]}. */
    static Map<String, Object> device(String text) {
        String[] parts = text.split(":", -1);
        String inside = parts[0];
        String rights = "rwm";
        if (parts.length == 3) {
            inside = parts[1].isEmpty() ? parts[0] : parts[1];
            rights = parts[2];
        } else if (parts.length == 2) {
            if (rights(parts[1])) {
                rights = parts[1];
            } else {
                inside = parts[1];
            }
        }
        if (parts.length > 3 || parts[0].isEmpty() || !rights(rights)) {
            throw new UsageException("bad format for path: " + text);
        }
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("PathOnHost", parts[0]);
        device.put("PathInContainer", inside);
        device.put("CgroupPermissions", rights);
        return device;
    }

    private static boolean rights(String text) {
        return text.matches("[rwm]{1,3}");
    }

    private static List<Object> devices(Invocation flags, String flag, String key, boolean bytes) {
        List<Object> devices = new ArrayList<>();
        for (String text : flags.list(flag)) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0 || !text.startsWith("/dev/")) {
                throw new UsageException.OfFlag(text, "--" + flag, "bad format: " + text);
            }
            String amount = text.substring(colon + 1);
            try {
                long value = bytes ? HumanUnits.bytes(amount) : Long.parseLong(amount);
                devices.add(new LinkedHashMap<>(Map.of("Path", text.substring(0, colon), key, value)));
            } catch (IllegalArgumentException e) {
                throw new UsageException(
                        "invalid rate for device: " + text + ". The correct format is <device-path>:<number>");
            }
        }
        return devices;
    }
}
