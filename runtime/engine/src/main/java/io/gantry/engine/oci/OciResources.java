package io.gantry.engine.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code linux.resources}, without devices. */
public final class OciResources {
    private static final long PERIOD_MICROS = 100_000;
    private static final long NANOS = 1_000_000_000;

    private OciResources() {}

    /** As the OCI runtime's {@code update} takes it. */
    public static String json(OciRequest.Resources resources) {
        return of(resources, CgroupSetup.detect()).toString();
    }

    static ObjectNode of(OciRequest.Resources from, CgroupSetup cgroups) {
        ObjectNode resources = JsonNodeFactory.instance.objectNode();
        attach(resources, "memory", memory(from, cgroups));
        attach(resources, "cpu", cpu(from));
        if (from.pids() != 0) {
            resources.putObject("pids").put("limit", from.pids());
        }
        if (from.blkioWeight() != 0) {
            resources.putObject("blockIO").put("weight", from.blkioWeight());
        }
        return resources;
    }

    private static ObjectNode memory(OciRequest.Resources from, CgroupSetup cgroups) {
        ObjectNode memory = JsonNodeFactory.instance.objectNode();
        put(memory, "limit", from.memory());
        put(memory, "reservation", from.memoryReservation());
        boolean limited = from.memory() > 0 || from.memorySwap() != 0;
        if (limited && cgroups.limitsSwap()) {
            put(memory, "swap", from.memorySwap() == 0 ? 2 * from.memory() : from.memorySwap());
        }
        if (cgroups != CgroupSetup.V2) {
            from.memorySwappiness().filter(value -> value >= 0).ifPresent(value -> memory.put("swappiness", value));
            if (from.oomKillDisable()) {
                memory.put("disableOOMKiller", true);
            }
        }
        return memory;
    }

    private static ObjectNode cpu(OciRequest.Resources from) {
        ObjectNode cpu = JsonNodeFactory.instance.objectNode();
        put(cpu, "shares", from.cpuShares());
        if (from.nanoCpus() > 0) {
            cpu.put("period", PERIOD_MICROS);
            cpu.put("quota", from.nanoCpus() * PERIOD_MICROS / NANOS);
        } else {
            put(cpu, "period", from.cpuPeriod());
            put(cpu, "quota", from.cpuQuota());
        }
        if (!from.cpusetCpus().isEmpty()) {
            cpu.put("cpus", from.cpusetCpus());
        }
        if (!from.cpusetMems().isEmpty()) {
            cpu.put("mems", from.cpusetMems());
        }
        return cpu;
    }

    private static void put(ObjectNode node, String key, long value) {
        if (value != 0) {
            node.put(key, value);
        }
    }

    private static void attach(ObjectNode parent, String key, ObjectNode child) {
        if (!child.isEmpty()) {
            parent.set(key, child);
        }
    }
}
