package io.gantry.server.api;

import io.gantry.engine.EngineInfo;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.ApiVersion;
import io.gantry.spi.StatusRow;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /info} and {@code /version}. */
final class InfoView {
    private final GantryVersion version;

    InfoView(GantryVersion version) {
        this.version = version;
    }

    View version(EngineInfo info) {
        View details = new View()
                .put("ApiVersion", ApiVersion.NEWEST.toString())
                .put("Arch", Host.architecture())
                .put("BuildTime", "")
                .put("Experimental", "false")
                .put("GitCommit", "")
                .put("JavaVersion", System.getProperty("java.version"))
                .put("KernelVersion", Host.kernel())
                .put("MinAPIVersion", ApiVersion.OLDEST.toString())
                .put("Os", "linux");
        return new View()
                .put("Platform", new View().put("Name", "Gantry " + version.number()))
                .put(
                        "Components",
                        List.of(
                                component("Engine", version.engine(), details),
                                component(info.defaultRuntime(), info.runtimeVersion(), new View()),
                                component("conmon", info.monitorVersion(), new View())))
                .put("Version", version.engine())
                .put("ApiVersion", ApiVersion.NEWEST.toString())
                .put("MinAPIVersion", ApiVersion.OLDEST.toString())
                .put("GitCommit", "")
                .put("GoVersion", "")
                .put("Os", "linux")
                .put("Arch", Host.architecture())
                .put("KernelVersion", Host.kernel())
                .put("BuildTime", "");
    }

    private static View component(String name, String version, View details) {
        return new View().put("Name", name).put("Version", version).put("Details", details);
    }

    View info(EngineInfo info) {
        View view = new View()
                .put("ID", info.id())
                .put("Containers", info.containersRunning() + info.containersPaused() + info.containersStopped())
                .put("ContainersRunning", info.containersRunning())
                .put("ContainersPaused", info.containersPaused())
                .put("ContainersStopped", info.containersStopped())
                .put("Images", info.images())
                .put("Driver", info.storageDriver())
                .put("DriverStatus", rows(info.storageRows()))
                .put("Plugins", plugins(info));
        limits(view, info);
        host(view, info);
        view.put("LiveRestoreEnabled", true)
                .put("Isolation", "")
                .put("InitBinary", "")
                .put("ContainerdCommit", commit(""))
                .put("RuncCommit", commit(info.runtimeVersion()))
                .put("InitCommit", commit(""))
                .put("SecurityOptions", info.securityOptions())
                .put("FirewallBackend", firewall(info))
                .put("CDISpecDirs", List.of())
                .put("Warnings", info.warnings())
                .put(
                        "Gantry",
                        new View()
                                .put("Version", version.number())
                                .put("OpenStorageDrivers", info.openStorageDrivers()));
        return view;
    }

    private static View plugins(EngineInfo info) {
        return new View()
                .put("Volume", info.volumeDrivers())
                .put("Network", info.networkDrivers())
                .putNull("Authorization")
                .put("Log", List.of("json-file", "none"));
    }

    private static void limits(View view, EngineInfo info) {
        for (String limit : List.of(
                "MemoryLimit",
                "SwapLimit",
                "CpuCfsPeriod",
                "CpuCfsQuota",
                "CPUShares",
                "CPUSet",
                "PidsLimit",
                "IPv4Forwarding")) {
            view.put(limit, true);
        }
        view.put("BridgeNfIptables", false)
                .put("BridgeNfIp6tables", false)
                .put("OomKillDisable", info.cgroupVersion().equals("1"))
                .put("Debug", false)
                .put("NFd", Host.openFiles())
                .put("NGoroutines", Thread.activeCount())
                .put("SystemTime", Instant.now().toString())
                .put("LoggingDriver", "json-file")
                .put("CgroupDriver", info.cgroupDriver())
                .put("CgroupVersion", info.cgroupVersion())
                .put("NEventsListener", 0);
    }

    private void host(View view, EngineInfo info) {
        Map<String, Object> runtimes = new LinkedHashMap<>();
        info.runtimes().forEach((name, path) -> runtimes.put(name, new View().put("path", path)));
        view.put("KernelVersion", Host.kernel())
                .put("OperatingSystem", Host.operatingSystem())
                .put("OSVersion", Host.osVersion())
                .put("OSType", "linux")
                .put("Architecture", Host.machine())
                .put("IndexServerAddress", "")
                .put(
                        "RegistryConfig",
                        new View()
                                .put("InsecureRegistryCIDRs", List.of("127.0.0.0/8"))
                                .put("IndexConfigs", Map.of())
                                .put("Mirrors", List.of()))
                .put("NCPU", Host.processors())
                .put("MemTotal", Host.memory())
                .put("GenericResources", List.of())
                .put("DockerRootDir", info.dataRoot().toString())
                .put("HttpProxy", "")
                .put("HttpsProxy", "")
                .put("NoProxy", "")
                .put("Name", Host.name())
                .put("Labels", List.of())
                .put("ExperimentalBuild", false)
                .put("ServerVersion", version.engine())
                .put("Runtimes", runtimes)
                .put("DefaultRuntime", info.defaultRuntime())
                .put(
                        "Swarm",
                        new View()
                                .put("NodeID", "")
                                .put("NodeAddr", "")
                                .put("LocalNodeState", "inactive")
                                .put("ControlAvailable", false)
                                .put("Error", "")
                                .putNull("RemoteManagers"));
    }

    private static View firewall(EngineInfo info) {
        return new View()
                .put(
                        "Driver",
                        info.firewall().stream()
                                .map(StatusRow::value)
                                .findFirst()
                                .orElse(""))
                .put("Info", rows(info.firewall()));
    }

    private static View commit(String id) {
        return new View().put("ID", id).put("Expected", id);
    }

    private static List<List<String>> rows(List<StatusRow> rows) {
        return rows.stream().map(row -> List.of(row.label(), row.value())).toList();
    }
}
