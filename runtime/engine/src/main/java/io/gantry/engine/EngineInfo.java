package io.gantry.engine;

import io.gantry.spi.StatusRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What {@code docker info} tells.
 *
 * @param id of this engine, kept across restarts
 * @param containersRunning how many run
 * @param containersPaused how many are frozen
 * @param containersStopped how many do neither
 * @param images how many images
 * @param storageDriver the default storage driver
 * @param storageRows its rows
 * @param openStorageDrivers all storage drivers in use
 * @param networkDrivers the network drivers that work
 * @param volumeDrivers the volume drivers that work
 * @param firewall the firewall back end and its rows
 * @param runtimes the OCI runtimes, by name
 * @param defaultRuntime which is the default
 * @param runtimeVersion its version
 * @param monitorVersion the container monitor's version
 * @param cgroupVersion {@code 1} or {@code 2}
 * @param cgroupDriver {@code cgroupfs} or {@code systemd}
 * @param securityOptions such as {@code name=seccomp,profile=builtin}
 * @param dataRoot what survives a reboot
 * @param warnings for the user
 */
public record EngineInfo(
        String id,
        int containersRunning,
        int containersPaused,
        int containersStopped,
        int images,
        String storageDriver,
        List<StatusRow> storageRows,
        List<String> openStorageDrivers,
        List<String> networkDrivers,
        List<String> volumeDrivers,
        List<StatusRow> firewall,
        Map<String, String> runtimes,
        String defaultRuntime,
        String runtimeVersion,
        String monitorVersion,
        String cgroupVersion,
        String cgroupDriver,
        List<String> securityOptions,
        Path dataRoot,
        List<String> warnings) {}
