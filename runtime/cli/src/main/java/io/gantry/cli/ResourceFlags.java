package io.gantry.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Limits and devices of {@code run}, {@code create} and {@code update}. */
final class ResourceFlags {
    private static final String LIMITS =
            " core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack ";

    private ResourceFlags() {}

    static void add(Invocation flags, Map<String, Object> host) {
        limits(flags, host);
        host.putIfAbsent("PidsLimit", 0L);
        host.put("MemorySwappiness", swappiness(flags));
        host.put("OomKillDisable", flags.on("oom-kill-disable"));
        host.put("OomScoreAdj", flags.number("oom-score-adj", 0));
        Map<String, Object> ulimits = new TreeMap<>();
        for (String text : flags.list("ulimit")) {
            Map<String, Object> limit = ulimit(text);
            ulimits.put((String) limit.get("Name"), limit);
        }
        host.put("Ulimits", ulimits.values());
        devices(flags, host);
        host.put("DeviceCgroupRules", flags.list("device-cgroup-rule"));
        host.put("BlkioWeightDevice", each(flags, "blkio-weight-device"));
        host.put("BlkioDeviceReadBps", each(flags, "device-read-bps"));
        host.put("BlkioDeviceWriteBps", each(flags, "device-write-bps"));
        host.put("BlkioDeviceReadIOps", each(flags, "device-read-iops"));
        host.put("BlkioDeviceWriteIOps", each(flags, "device-write-iops"));
    }

    private static List<Object> each(Invocation flags, String flag) {
        List<Object> limits = new ArrayList<>();
        for (String text : flags.list(flag)) {
            limits.add(
                    flag.endsWith("-iops")
                            ? operationsPerSecond(text)
                            : flag.endsWith("-bps") ? bytesPerSecond(text) : weight(text));
        }
        return limits;
    }

    private static long swappiness(Invocation flags) {
        long swappiness = flags.number("memory-swappiness", -1);
        if (swappiness < -1 || swappiness > 100) {
            throw new UsageException("invalid value: " + swappiness + ". Valid memory swappiness range is 0-100");
        }
        return swappiness;
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
            host.put("NanoCpus", nanoCpus(flags.text("cpus")));
        }
        for (String[] pair : new String[][] {{"cpuset-cpus", "CpusetCpus"}, {"cpuset-mems", "CpusetMems"}}) {
            if (flags.given(pair[0])) {
                host.put(pair[1], flags.text(pair[0]));
            }
        }
    }

    /** CPUs as billionths, from a decimal or a fraction. */
    static long nanoCpus(String cpus) {
        int slash = cpus.indexOf('/');
        try {
            BigDecimal number = new BigDecimal(slash < 0 ? cpus : cpus.substring(0, slash)).movePointRight(9);
            BigDecimal divisor = slash < 0 ? BigDecimal.ONE : new BigDecimal(cpus.substring(slash + 1));
            return number.divide(divisor).longValueExact();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("failed to parse " + cpus + " as a rational number", e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("value is too precise", e);
        }
    }

    /** {@code name=soft[:hard]}. */
    static Map<String, Object> ulimit(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("invalid ulimit argument: " + text);
        }
        String name = text.substring(0, equals);
        if (!LIMITS.contains(" " + name + " ")) {
            throw new IllegalArgumentException("invalid ulimit type: " + name);
        }
        String[] values = text.substring(equals + 1).split(":", -1);
        if (values.length > 2) {
            throw new IllegalArgumentException("too many limit value arguments - " + text.substring(equals + 1)
                    + ", can only have up to two, `soft[:hard]`");
        }
        long soft = decimal(values[0]);
        long hard = values.length > 1 ? decimal(values[1]) : soft;
        if (hard != -1 && (soft == -1 || soft > hard)) {
            throw new IllegalArgumentException("ulimit soft limit must be less than or equal to hard limit: "
                    + (soft == -1 ? "soft: -1 (unlimited), hard: " + hard : soft + " > " + hard));
        }
        Map<String, Object> limit = new LinkedHashMap<>();
        limit.put("Name", name);
        limit.put("Hard", hard);
        limit.put("Soft", soft);
        return limit;
    }

    private static long decimal(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "strconv.ParseInt: parsing " + GoQuote.quote(text) + ": invalid syntax", e);
        }
    }

    /** Paths, and names of the Container Device Interface. */
    private static void devices(Invocation flags, Map<String, Object> host) {
        List<Object> devices = new ArrayList<>();
        List<String> named = new ArrayList<>();
        for (String device : flags.list("device")) {
            if (DeviceRequests.byName(device)) {
                named.add(device);
            } else {
                devices.add(device(device));
            }
        }
        host.put("Devices", devices);
        List<Object> requests = new ArrayList<>();
        for (String gpus : flags.list("gpus")) {
            requests.add(DeviceRequests.gpus(gpus));
        }
        if (!named.isEmpty()) {
            requests.add(DeviceRequests.named(named));
        }
        host.put("DeviceRequests", requests);
    }

    /** {@code host[:container][:rwm]}. */
    static Map<String, Object> device(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3 || parts[0].isEmpty()) {
            throw new UsageException("bad format for path: " + text);
        }
        String inside = parts[0];
        String rights = "rwm";
        if (parts.length == 2 && rights(parts[1])) {
            rights = parts[1];
        } else if (parts.length > 1) {
            inside = parts[1];
        }
        if (parts.length == 3) {
            rights = parts[2];
            if (!rights(rights)) {
                throw new UsageException("bad mode specified: " + rights);
            }
        }
        if (!inside.startsWith("/")) {
            throw new UsageException(inside + " is not an absolute path");
        }
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("PathOnHost", parts[0]);
        device.put("PathInContainer", inside);
        device.put("CgroupPermissions", rights);
        return device;
    }

    /** One to three of r, w and m, none twice. */
    private static boolean rights(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("rwm".indexOf(text.charAt(i)) < 0 || text.indexOf(text.charAt(i)) != i) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** {@code path:weight}. */
    static Map<String, Object> weight(String text) {
        String amount = amount(text);
        long weight = -1;
        try {
            weight = Long.parseLong(amount);
        } catch (NumberFormatException e) {
            // told below
        }
        if (weight < 0 || (weight > 0 && (weight < 10 || weight > 1000))) {
            throw new IllegalArgumentException("invalid weight for device: " + text);
        }
        return limit(text, "Weight", weight);
    }

    /** {@code path:bytes[unit]}. */
    static Map<String, Object> bytesPerSecond(String text) {
        String amount = amount(text);
        try {
            return limit(text, "Rate", HumanUnits.bytes(amount));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "invalid rate for device: " + text
                            + ". The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
                    e);
        }
    }

    /** {@code path:operations}. */
    static Map<String, Object> operationsPerSecond(String text) {
        String amount = amount(text);
        try {
            return limit(text, "Rate", Long.parseUnsignedLong(amount));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "invalid rate for device: " + text
                            + ". The correct format is <device-path>:<number>. Number must be a positive integer",
                    e);
        }
    }

    private static Map<String, Object> limit(String text, String key, long value) {
        Map<String, Object> limit = new LinkedHashMap<>();
        limit.put("Path", text.substring(0, text.indexOf(':')));
        limit.put(key, value);
        return limit;
    }

    private static String amount(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("bad format: " + text);
        }
        if (!text.startsWith("/dev/")) {
            throw new IllegalArgumentException("bad format for device path: " + text);
        }
        return text.substring(colon + 1);
    }
}
