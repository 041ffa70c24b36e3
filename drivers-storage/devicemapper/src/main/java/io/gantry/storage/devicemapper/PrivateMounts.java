package io.gantry.storage.devicemapper;

import io.gantry.linux.KernelException;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.UnmountFlag;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Mounts that the driver makes for itself, for moments, in its run directory. Thread-safe. */
final class PrivateMounts {
    private final Path directory;

    private PrivateMounts(Path directory) {
        this.directory = directory;
    }

    /** Takes away what a process left that was killed. */
    static PrivateMounts open(Path runDirectory) {
        Path directory = runDirectory.resolve("private");
        try {
            Mounts.detach(directory);
            return new PrivateMounts(Files.createDirectories(directory));
        } catch (IOException e) {
            throw IoFailures.of("make " + directory, e);
        }
    }

    /** Does something where a device is mounted; all of it is on disk when this returns. */
    <T> T in(Path device, FsType type, List<String> options, Function<Path, T> work) {
        Path place = null;
        try {
            place = Files.createTempDirectory(directory, "m");
            Mounts.mount(new MountRequest(type.type(), device.toString(), options), place);
            try {
                Mounts.makePrivate(place);
                return work.apply(place);
            } finally {
                unmount(place);
            }
        } catch (IOException e) {
            throw IoFailures.of("mount " + device, e);
        } finally {
            if (place != null) {
                deleteQuietly(place);
            }
        }
    }

    private static void unmount(Path place) {
        try {
            Mounts.unmount(place);
        } catch (KernelException e) {
            Mounts.unmount(place, UnmountFlag.DETACH);
        }
    }

    private static void deleteQuietly(Path place) {
        try {
            Files.deleteIfExists(place);
        } catch (IOException e) {
            System.getLogger(PrivateMounts.class.getName()).log(System.Logger.Level.DEBUG, "left behind: " + place, e);
        }
    }
}
