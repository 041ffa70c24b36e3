package io.gantry.engine.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How it runs on this host.
 *
 * @param binds {@code source:target[:options]}
 * @param containerIdFile as the client said
 * @param logConfig where output goes
 * @param networkMode a network, {@code host}, {@code none}, {@code default} or {@code container:ID}
 * @param portBindings by {@code 80/tcp}
 * @param restartPolicy when it ends
 * @param autoRemove remove it when it ends
 * @param volumeDriver for volumes made by {@code -v}
 * @param volumesFrom {@code container[:ro]}
 * @param mounts of {@code --mount}
 * @param consoleSize rows and columns
 * @param annotations for the OCI runtime
 * @param capAdd capabilities
 * @param capDrop capabilities
 * @param cgroupnsMode {@code host} or {@code private}
 * @param dns name servers
 * @param dnsOptions resolver options
 * @param dnsSearch search domains
 * @param extraHosts {@code name:address}
 * @param groupAdd further groups
 * @param ipcMode {@code private}, {@code shareable}, {@code host}, {@code none} or {@code container:ID}
 * @param cgroup unused by Docker
 * @param links {@code container[:alias]}
 * @param oomScoreAdj -1000 to 1000
 * @param pidMode empty, {@code host} or {@code container:ID}
 * @param privileged everything allowed
 * @param publishAllPorts publish exposed ports on free ones
 * @param readonlyRootfs root file system read-only
 * @param securityOpt {@code key=value}
 * @param storageOpt options of the storage driver; {@code gantry.driver} names the driver
 * @param tmpfs options by path
 * @param utsMode empty or {@code host}
 * @param usernsMode empty or {@code host}
 * @param shmSize bytes; 0 for 64 MiB
 * @param sysctls by key
 * @param runtime the OCI runtime; empty for the default
 * @param isolation Windows only
 * @param cpuShares relative weight
 * @param memory bytes
 * @param nanoCpus billionths of a CPU
 * @param cgroupParent empty for the default
 * @param blkioWeight 10 to 1000
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds
 * @param cpuRealtimePeriod microseconds
 * @param cpuRealtimeRuntime microseconds
 * @param cpusetCpus such as {@code 0-2}
 * @param cpusetMems such as {@code 0,1}
 * @param devices devices
 * @param deviceCgroupRules such as {@code c 42:* rmw}
 * @param deviceRequests such as GPUs; refused
 * @param kernelMemory bytes
 * @param memoryReservation bytes
 * @param memorySwap bytes; -1 for unlimited
 * @param memorySwappiness 0 to 100
 * @param oomKillDisable no OOM killer
 * @param init run an init
 * @param pidsLimit 0 or -1 for unlimited
 * @param ulimits resource limits
 * @param maskedPaths empty for the default
 * @param readonlyPaths empty for the default
 */
public record HostConfig(
        List<String> binds,
        @JsonProperty("ContainerIDFile") String containerIdFile,
        LogConfig logConfig,
        String networkMode,
        Map<String, List<PortBinding>> portBindings,
        RestartPolicy restartPolicy,
        boolean autoRemove,
        String volumeDriver,
        List<String> volumesFrom,
        List<MountRequest> mounts,
        List<Integer> consoleSize,
        Map<String, String> annotations,
        List<String> capAdd,
        List<String> capDrop,
        String cgroupnsMode,
        List<String> dns,
        List<String> dnsOptions,
        List<String> dnsSearch,
        List<String> extraHosts,
        List<String> groupAdd,
        String ipcMode,
        String cgroup,
        List<String> links,
        int oomScoreAdj,
        String pidMode,
        boolean privileged,
        boolean publishAllPorts,
        boolean readonlyRootfs,
        List<String> securityOpt,
        Map<String, String> storageOpt,
        Map<String, String> tmpfs,
        @JsonProperty("UTSMode") String utsMode,
        String usernsMode,
        long shmSize,
        Map<String, String> sysctls,
        String runtime,
        String isolation,
        long cpuShares,
        long memory,
        long nanoCpus,
        String cgroupParent,
        int blkioWeight,
        long cpuPeriod,
        long cpuQuota,
        long cpuRealtimePeriod,
        long cpuRealtimeRuntime,
        String cpusetCpus,
        String cpusetMems,
        List<DeviceMapping> devices,
        List<String> deviceCgroupRules,
        List<Map<String, Object>> deviceRequests,
        long kernelMemory,
        long memoryReservation,
        long memorySwap,
        Optional<Long> memorySwappiness,
        Optional<Boolean> oomKillDisable,
        Optional<Boolean> init,
        Optional<Long> pidsLimit,
        List<Ulimit> ulimits,
        Optional<List<String>> maskedPaths,
        Optional<List<String>> readonlyPaths) {
    /** Nothing given. */
    public static final HostConfig NONE = new HostConfig(
            List.of(),
            "",
            LogConfig.NONE,
            "",
            Map.of(),
            RestartPolicy.NONE,
            false,
            "",
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            "",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "",
            "",
            List.of(),
            0,
            "",
            false,
            false,
            false,
            List.of(),
            Map.of(),
            Map.of(),
            "",
            "",
            0,
            Map.of(),
            "",
            "",
            0,
            0,
            0,
            "",
            0,
            0,
            0,
            0,
            0,
            "",
            "",
            List.of(),
            List.of(),
            List.of(),
            0,
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());

    /** Puts zero values in place of what was not given. */
    public HostConfig {
        binds = binds == null ? List.of() : List.copyOf(binds);
        containerIdFile = containerIdFile == null ? "" : containerIdFile;
        logConfig = logConfig == null ? LogConfig.NONE : logConfig;
        networkMode = networkMode == null ? "" : networkMode;
        portBindings = portBindings == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(portBindings));
        restartPolicy = restartPolicy == null ? RestartPolicy.NONE : restartPolicy;
        volumeDriver = volumeDriver == null ? "" : volumeDriver;
        volumesFrom = volumesFrom == null ? List.of() : List.copyOf(volumesFrom);
        mounts = mounts == null ? List.of() : List.copyOf(mounts);
        consoleSize = consoleSize == null ? List.of() : List.copyOf(consoleSize);
        annotations = annotations == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        capAdd = capAdd == null ? List.of() : List.copyOf(capAdd);
        capDrop = capDrop == null ? List.of() : List.copyOf(capDrop);
        cgroupnsMode = cgroupnsMode == null ? "" : cgroupnsMode;
        dns = dns == null ? List.of() : List.copyOf(dns);
        dnsOptions = dnsOptions == null ? List.of() : List.copyOf(dnsOptions);
        dnsSearch = dnsSearch == null ? List.of() : List.copyOf(dnsSearch);
        extraHosts = extraHosts == null ? List.of() : List.copyOf(extraHosts);
        groupAdd = groupAdd == null ? List.of() : List.copyOf(groupAdd);
        ipcMode = ipcMode == null ? "" : ipcMode;
        cgroup = cgroup == null ? "" : cgroup;
        links = links == null ? List.of() : List.copyOf(links);
        pidMode = pidMode == null ? "" : pidMode;
        securityOpt = securityOpt == null ? List.of() : List.copyOf(securityOpt);
        storageOpt = storageOpt == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(storageOpt));
        tmpfs = tmpfs == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(tmpfs));
        utsMode = utsMode == null ? "" : utsMode;
        usernsMode = usernsMode == null ? "" : usernsMode;
        sysctls = sysctls == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(sysctls));
        runtime = runtime == null ? "" : runtime;
        isolation = isolation == null ? "" : isolation;
        cgroupParent = cgroupParent == null ? "" : cgroupParent;
        cpusetCpus = cpusetCpus == null ? "" : cpusetCpus;
        cpusetMems = cpusetMems == null ? "" : cpusetMems;
        devices = devices == null ? List.of() : List.copyOf(devices);
        deviceCgroupRules = deviceCgroupRules == null ? List.of() : List.copyOf(deviceCgroupRules);
        deviceRequests = deviceRequests == null ? List.of() : List.copyOf(deviceRequests);
        memorySwappiness = memorySwappiness == null ? Optional.empty() : memorySwappiness;
        oomKillDisable = oomKillDisable == null ? Optional.empty() : oomKillDisable;
        init = init == null ? Optional.empty() : init;
        pidsLimit = pidsLimit == null ? Optional.empty() : pidsLimit;
        ulimits = ulimits == null ? List.of() : List.copyOf(ulimits);
        maskedPaths = maskedPaths == null ? Optional.empty() : maskedPaths;
        readonlyPaths = readonlyPaths == null ? Optional.empty() : readonlyPaths;
    }
}
