package io.gantry.engine.container;

import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.LogConfig;
import io.gantry.engine.model.RestartPolicy;
import io.gantry.engine.oci.CgroupSetup;
import java.util.List;

/** Copies of a host configuration with something changed. */
final class HostConfigs {
    private HostConfigs() {}

    /** With what the engine chose filled in. */
    static HostConfig complete(HostConfig host, String networkMode, long shmSize, String runtime) {
        boolean ownCgroups = CgroupSetup.detect() == CgroupSetup.V2 && !host.privileged();
        String cgroupnsMode = host.cgroupnsMode().isEmpty() ? (ownCgroups ? "private" : "host") : host.cgroupnsMode();
        LogConfig log = host.logConfig().type().isEmpty()
                ? new LogConfig("json-file", host.logConfig().config())
                : host.logConfig();
        String ipcMode = host.ipcMode().isEmpty() ? "private" : host.ipcMode();
        RestartPolicy policy =
                host.restartPolicy().name().isEmpty() ? new RestartPolicy("no", 0) : host.restartPolicy();
        return new HostConfig(
                host.binds(),
                host.containerIdFile(),
                log,
                networkMode,
                host.portBindings(),
                policy,
                host.autoRemove(),
                host.volumeDriver(),
                host.volumesFrom(),
                host.mounts(),
                host.consoleSize(),
                host.annotations(),
                host.capAdd(),
                host.capDrop(),
                cgroupnsMode,
                host.dns(),
                host.dnsOptions(),
                host.dnsSearch(),
                host.extraHosts(),
                host.groupAdd(),
                ipcMode,
                host.cgroup(),
                host.links(),
                host.oomScoreAdj(),
                host.pidMode(),
                host.privileged(),
                host.publishAllPorts(),
                host.readonlyRootfs(),
                host.securityOpt(),
                host.storageOpt(),
                host.tmpfs(),
                host.utsMode(),
                host.usernsMode(),
                shmSize,
                host.sysctls(),
                runtime,
                host.isolation(),
                host.cpuShares(),
                host.memory(),
                host.nanoCpus(),
                host.cgroupParent(),
                host.blkioWeight(),
                host.cpuPeriod(),
                host.cpuQuota(),
                host.cpuRealtimePeriod(),
                host.cpuRealtimeRuntime(),
                host.cpusetCpus(),
                host.cpusetMems(),
                host.devices(),
                host.deviceCgroupRules(),
                host.deviceRequests(),
                host.kernelMemory(),
                host.memoryReservation(),
                host.memorySwap(),
                host.memorySwappiness(),
                host.oomKillDisable(),
                host.init(),
                host.pidsLimit(),
                host.ulimits(),
                host.maskedPaths(),
                host.readonlyPaths());
    }

    /** With the limits and the restart policy that an update names. */
    static HostConfig update(HostConfig host, HostConfig changes) {
        RestartPolicy policy =
                changes.restartPolicy().name().isEmpty() ? host.restartPolicy() : changes.restartPolicy();
        return new HostConfig(
                host.binds(),
                host.containerIdFile(),
                host.logConfig(),
                host.networkMode(),
                host.portBindings(),
                policy,
                host.autoRemove(),
                host.volumeDriver(),
                host.volumesFrom(),
                host.mounts(),
                host.consoleSize(),
                host.annotations(),
                host.capAdd(),
                host.capDrop(),
                host.cgroupnsMode(),
                host.dns(),
                host.dnsOptions(),
                host.dnsSearch(),
                host.extraHosts(),
                host.groupAdd(),
                host.ipcMode(),
                host.cgroup(),
                host.links(),
                host.oomScoreAdj(),
                host.pidMode(),
                host.privileged(),
                host.publishAllPorts(),
                host.readonlyRootfs(),
                host.securityOpt(),
                host.storageOpt(),
                host.tmpfs(),
                host.utsMode(),
                host.usernsMode(),
                host.shmSize(),
                host.sysctls(),
                host.runtime(),
                host.isolation(),
                given(changes.cpuShares(), host.cpuShares()),
                given(changes.memory(), host.memory()),
                given(changes.nanoCpus(), host.nanoCpus()),
                host.cgroupParent(),
                changes.blkioWeight() == 0 ? host.blkioWeight() : changes.blkioWeight(),
                given(changes.cpuPeriod(), host.cpuPeriod()),
                given(changes.cpuQuota(), host.cpuQuota()),
                host.cpuRealtimePeriod(),
                host.cpuRealtimeRuntime(),
                given(changes.cpusetCpus(), host.cpusetCpus()),
                given(changes.cpusetMems(), host.cpusetMems()),
                host.devices(),
                host.deviceCgroupRules(),
                host.deviceRequests(),
                host.kernelMemory(),
                given(changes.memoryReservation(), host.memoryReservation()),
                given(changes.memorySwap(), host.memorySwap()),
                host.memorySwappiness(),
                host.oomKillDisable(),
                host.init(),
                changes.pidsLimit().or(host::pidsLimit),
                host.ulimits(),
                host.maskedPaths(),
                host.readonlyPaths());
    }

    /** With other links. */
    static HostConfig withLinks(HostConfig host, List<String> links) {
        return new HostConfig(
                host.binds(),
                host.containerIdFile(),
                host.logConfig(),
                host.networkMode(),
                host.portBindings(),
                host.restartPolicy(),
                host.autoRemove(),
                host.volumeDriver(),
                host.volumesFrom(),
                host.mounts(),
                host.consoleSize(),
                host.annotations(),
                host.capAdd(),
                host.capDrop(),
                host.cgroupnsMode(),
                host.dns(),
                host.dnsOptions(),
                host.dnsSearch(),
                host.extraHosts(),
                host.groupAdd(),
                host.ipcMode(),
                host.cgroup(),
                links,
                host.oomScoreAdj(),
                host.pidMode(),
                host.privileged(),
                host.publishAllPorts(),
                host.readonlyRootfs(),
                host.securityOpt(),
                host.storageOpt(),
                host.tmpfs(),
                host.utsMode(),
                host.usernsMode(),
                host.shmSize(),
                host.sysctls(),
                host.runtime(),
                host.isolation(),
                host.cpuShares(),
                host.memory(),
                host.nanoCpus(),
                host.cgroupParent(),
                host.blkioWeight(),
                host.cpuPeriod(),
                host.cpuQuota(),
                host.cpuRealtimePeriod(),
                host.cpuRealtimeRuntime(),
                host.cpusetCpus(),
                host.cpusetMems(),
                host.devices(),
                host.deviceCgroupRules(),
                host.deviceRequests(),
                host.kernelMemory(),
                host.memoryReservation(),
                host.memorySwap(),
                host.memorySwappiness(),
                host.oomKillDisable(),
                host.init(),
                host.pidsLimit(),
                host.ulimits(),
                host.maskedPaths(),
                host.readonlyPaths());
    }

    private static long given(long changed, long old) {
        return changed == 0 ? old : changed;
    }

    private static String given(String changed, String old) {
        return changed.isEmpty() ? old : changed;
    }
}
