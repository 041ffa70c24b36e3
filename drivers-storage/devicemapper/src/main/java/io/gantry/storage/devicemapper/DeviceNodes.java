package io.gantry.storage.devicemapper;

import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The nodes {@code /dev/mapper/NAME} of this driver's devices. Made with {@code mknod}, whether there is an udev or not: it is told to leave them alone. Thread-safe. */
final class DeviceNodes {
    private static final Path DIRECTORY = Path.of("/dev/mapper");

    /** Where a device's node is. */
    Path of(String name) {
        return DIRECTORY.resolve(name);
    }

    /** Makes sure that a device's node is there and stands for that device. */
    synchronized void make(String name, long device) {
        Optional<Stat> found = Stat.following(of(name));
        if (found.isPresent()
                && found.get().kind() == FileKind.BLOCK_DEVICE
                && found.get().rdevice() == device) {
            return;
        }
        try (OpenDirectory directory = OpenDirectory.open(DIRECTORY)) {
            directory.remove(name);
            directory.makeNode(name, FileKind.BLOCK_DEVICE, 0600, device);
        }
    }

    /** Removes the node of a device that is gone. */
    synchronized void remove(String name) {
        try (OpenDirectory directory = OpenDirectory.open(DIRECTORY)) {
            directory.remove(name);
        }
    }

    /** Removes all nodes with that beginning whose devices are gone, as after a deferred removal. */
    synchronized void sweep(String prefix, Set<String> present) {
        try (OpenDirectory directory = OpenDirectory.open(DIRECTORY)) {
            directory.list().stream()
                    .map(entry -> entry.name())
                    .filter(name -> name.startsWith(prefix) && !present.contains(name))
                    .forEach(directory::remove);
        }
    }
}
