package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.KernelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What tests need of the kernel, and what it has of a driver. */
final class DeviceMapper {
    private static final Path MAPPER = Path.of("/dev/mapper");

    private DeviceMapper() {}

    /** Skips where the kernel has none. */
    static void assume() {
        String reason = "";
        try (DmControl control = DmControl.open()) {
            if (control.targetVersion("thin-pool").isEmpty()) {
                reason = "this kernel has no dm-thin-pool";
            }
        } catch (KernelException e) {
            reason = "this kernel has no device-mapper: " + e.getMessage();
        }
        assumeThat(reason).as(reason).isEmpty();
    }

    /** Devices, nodes and loop devices of the driver with that root, a line each. */
    static List<String> of(Path root) throws IOException {
        return of(ThinDevices.prefix(root), root);
    }

    /** The same of a root that may be gone. */
    static List<String> of(String prefix, Path root) throws IOException {
        List<String> found = new ArrayList<>();
        try (DmControl control = DmControl.open()) {
            control.devices().stream()
                    .filter(name -> name.startsWith(prefix))
                    .map(name -> "device " + name)
                    .forEach(found::add);
        }
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(MAPPER, prefix + "*")) {
            nodes.forEach(node -> found.add("node " + node.getFileName()));
        }
        try (DirectoryStream<Path> loops = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path loop : loops) {
                Path backing = loop.resolve("loop/backing_file");
                if (Files.exists(backing) && Files.readString(backing).strip().startsWith(root.toString())) {
                    found.add("loop " + Files.readString(backing).strip());
                }
            }
        }
        return found.stream().sorted().toList();
    }
}
