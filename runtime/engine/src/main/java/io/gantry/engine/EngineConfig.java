package io.gantry.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How an engine is set up.
 *
 * @param dataRoot what survives a reboot: images, layers, volumes, the state database
 * @param runRoot what does not: sockets, mounts, namespaces, bundles
 * @param pluginPath the directories to look for plug-ins in, first to last
 * @param storageDriver the default storage driver; empty for the best that works
 * @param storageOptions options of storage drivers, by key: each driver gets those that it declares
 * @param storageRoots directories for the layers of single storage drivers, by name; the others are below {@code dataRoot}
 * @param runtime the OCI runtime's program
 * @param conmon the container monitor's program
 * @param hostNamespace the network namespace that counts as the host's
 * @param firewall the firewall back end; empty for the best that works
 */
public record EngineConfig(
        Path dataRoot,
        Path runRoot,
        List<Path> pluginPath,
        Optional<String> storageDriver,
        Map<String, String> storageOptions,
        Map<String, Path> storageRoots,
        String runtime,
        String conmon,
        Path hostNamespace,
        Optional<String> firewall) {
    /** The network namespace the engine runs in. */
    public static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/net");

    /** Copies the collections. */
    public EngineConfig {
        Objects.requireNonNull(dataRoot, "dataRoot");
        Objects.requireNonNull(runRoot, "runRoot");
        pluginPath = List.copyOf(pluginPath);
        Objects.requireNonNull(storageDriver, "storageDriver");
        storageOptions = Map.copyOf(storageOptions);
        storageRoots = Map.copyOf(storageRoots);
        if (Set.copyOf(storageRoots.values()).size() < storageRoots.size()) {
            throw new IllegalArgumentException("two storage drivers cannot share a root: " + storageRoots);
        }
        Objects.requireNonNull(runtime, "runtime");
        Objects.requireNonNull(conmon, "conmon");
        Objects.requireNonNull(hostNamespace, "hostNamespace");
        Objects.requireNonNull(firewall, "firewall");
    }

    /** The same with other storage. */
    public EngineConfig withStorage(Optional<String> driver, Map<String, String> options, Map<String, Path> roots) {
        return new EngineConfig(
                dataRoot, runRoot, pluginPath, driver, options, roots, runtime, conmon, hostNamespace, firewall);
    }

    /** The directory of a storage driver's layers. */
    public Path storageRoot(String driver) {
        return storageRoots.getOrDefault(driver, storage().resolve(driver));
    }

    /** The directory that has those directories of storage drivers that are nowhere else. */
    public Path storage() {
        return dataRoot.resolve("storage");
    }

    /** The defaults on these roots. */
    public static EngineConfig of(Path dataRoot, Path runRoot, List<Path> pluginPath) {
        return new EngineConfig(
                dataRoot,
                runRoot,
                pluginPath,
                Optional.empty(),
                Map.of(),
                Map.of(),
                "runc",
                "conmon",
                OWN_NAMESPACE,
                Optional.empty());
    }
}
