package io.gantry.storage.devicemapper;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.storage.devicemapper.FsType.Super;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The file systems on thin devices: made, measured, grown. Thread-safe as far as each device is used by one thread at a time. */
final class LayerFiles {
    private static final String BYTES = "used.bytes";
    private static final String INODES = "used.inodes";

    private final ThinDevices devices;
    private final PrivateMounts mounts;
    private final boolean zeroed;

    /** @param zeroed whether what was never written reads as zeros */
    LayerFiles(ThinDevices devices, PrivateMounts mounts, boolean zeroed) {
        this.devices = devices;
        this.mounts = mounts;
        this.zeroed = zeroed;
    }

    /**
     * What a file system holds, its parents' content included.
     *
     * @param bytes that are not free
     * @param inodes that are not free
     */
    record Fill(long bytes, long inodes) {
        /** As notes on a layer. */
        Map<String, String> notes() {
            return Map.of(BYTES, Long.toString(bytes), INODES, Long.toString(inodes));
        }

        /** From notes on a layer; empty if it was never measured. */
        static Optional<Fill> of(Map<String, String> notes) {
            return notes.containsKey(BYTES) && notes.containsKey(INODES)
                    ? Optional.of(new Fill(Long.parseLong(notes.get(BYTES)), Long.parseLong(notes.get(INODES))))
                    : Optional.empty();
        }
    }

    /** Makes an empty file system: its root directory is {@code 0:0} with mode 0755 and has nothing in it, not even {@code lost+found}. The device stays active. */
    Super make(Thin thin, FsType type, List<String> furtherArguments) {
        Path device = devices.activate(thin);
        List<String> arguments = new ArrayList<>(furtherArguments);
        arguments.add(device.toString());
        make(type, arguments);
        mounts.in(device, type, type.mountOptions(), root -> {
            try (OpenDirectory directory = OpenDirectory.open(root)) {
                directory.removeDirectory("lost+found");
            }
            return root;
        });
        BlockDevice.flush(device);
        return read(thin);
    }

    /** An e2fsprogs that knows nothing of zeroed storage zeroes it. */
    private void make(FsType type, List<String> arguments) {
        String attempted = "make the base device's file system";
        List<String> all = new ArrayList<>(type.mkfsArguments(zeroed));
        all.addAll(arguments);
        try {
            Program.run(attempted, type.mkfs(), all, type.debianPackage());
        } catch (IoFailureException e) {
            List<String> plain = new ArrayList<>(type.mkfsArguments(false));
            plain.addAll(arguments);
            if (plain.equals(all)) {
                throw e;
            }
            Program.run(attempted, type.mkfs(), plain, type.debianPackage());
        }
    }

    /** The superblock of a device, which is active afterwards. */
    Super read(Thin thin) {
        Path device = devices.activate(thin);
        try {
            return FsType.on(device)
                    .orElseThrow(() -> new IoFailureException(new Problem(
                            "read the file system on " + device,
                            "there is neither ext4 nor xfs",
                            "remove the layer and pull or build its image again")));
        } catch (IOException e) {
            throw IoFailures.of("read the file system on " + device, e);
        }
    }

    /** The superblock of a device that is active only while it is looked at, unless it was before. */
    Super look(Thin thin) {
        return devices.with(thin, device -> read(thin));
    }

    /** What the file system on a device holds. */
    Fill measure(Thin thin) {
        return devices.with(thin, device -> {
            Super block = read(thin);
            if (!devices.isInUse(thin.key())) {
                return new Fill(block.usedBytes(), block.usedInodes());
            }
            // Counts in the superblock of a mounted file system are old ones.
            return mounts.in(device, block.type(), block.type().mountOptions(), root -> {
                var now = FileSystems.info(root);
                return new Fill(block.bytes() - now.freeBytes(), now.totalInodes() - now.freeInodes());
            });
        });
    }

    /** Lets a file system that was in use when the machine or the engine stopped come to itself. */
    void recover(Thin thin) {
        devices.with(thin, device -> {
            FsType type = read(thin).type();
            return mounts.in(device, type, type.mountOptions(), root -> root);
        });
    }

    /** Makes the file system as large as its device. */
    void grow(Thin thin) {
        devices.with(thin, device -> {
            Super before = read(thin);
            if (before.bytes() + before.blockSize() <= thin.bytes()) {
                mounts.in(device, before.type(), before.type().mountOptions(), root -> {
                    before.type().grow(root, before, thin.bytes());
                    return root;
                });
            }
            return before;
        });
    }

    /** Why a file system cannot be shown with mapped owners; empty if it can. Nothing is written to it. */
    Optional<String> mappingObstacle(Thin thin, FsType type) {
        List<String> options = new ArrayList<>(type.mountOptions());
        options.add("ro");
        try {
            return devices.with(thin, device -> mounts.in(device, type, options, MappedOwners::obstacle));
        } catch (KernelException e) {
            return Optional.of(e.getMessage());
        }
    }
}
