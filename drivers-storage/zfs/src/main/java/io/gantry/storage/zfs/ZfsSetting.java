package io.gantry.storage.zfs;

import io.gantry.linux.FileSystems;
import io.gantry.linux.MountTable;
import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import io.gantry.spi.Probe.Reason;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether and where ZFS is used for a root. */
sealed interface ZfsSetting {
    Path DEVICE = Path.of("/dev/zfs");

    /** The answer for the engine. */
    Probe asProbe();

    /** ZFS cannot be used. */
    record Refused(Probe.Unsupported why) implements ZfsSetting {
        @Override
        public Probe asProbe() {
            return why;
        }
    }

    /**
     * ZFS can be used.
     *
     * @param programs its programs
     * @param parent the dataset that those of this root are made in
     * @param features what follows
     */
    record Taken(ZfsPrograms programs, String parent, List<Feature> features) implements ZfsSetting {
        /** Copies the list. */
        public Taken {
            features = List.copyOf(features);
        }

        @Override
        public Probe asProbe() {
            return new Probe.Supported(features);
        }
    }

    /** Looks, and changes nothing. */
    static ZfsSetting of(StorageContext context) {
        Path root = context.root();
        Optional<String> given = context.options().string(ZfsProvider.FSNAME);
        String backing = FileSystems.info(root).name();
        if (given.isEmpty() && !backing.equals("zfs")) {
            return refused(
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    root + " is on " + backing + ", not on zfs, and " + ZfsProvider.FSNAME + " is not given",
                    "put the data root on zfs, or name a dataset with --storage-opt " + ZfsProvider.FSNAME
                            + "=POOL/DATASET");
        }
        if (!Files.exists(DEVICE)) {
            return refused(
                    Reason.MISSING_KERNEL_FEATURE,
                    DEVICE + " is missing: the kernel's module zfs is not loaded",
                    ZfsPrograms.LOAD_MODULE);
        }
        Optional<ZfsPrograms> programs = ZfsPrograms.find();
        if (programs.isEmpty()) {
            return refused(
                    Reason.MISSING_PROGRAM,
                    "the programs zfs and zpool are not installed",
                    ZfsPrograms.INSTALL_PROGRAMS);
        }
        return of(programs.get(), root, given);
    }

    private static ZfsSetting of(ZfsPrograms programs, Path root, Optional<String> given) {
        String parent = given.orElseGet(() -> datasetOf(root));
        try {
            String type = programs.zfs("list", "-H", "-o", "type", parent).strip();
            if (!type.equals("filesystem")) {
                return refused(
                        Reason.BAD_CONFIGURATION,
                        parent + " is a " + type + ", and layers are made in a file system",
                        "set " + ZfsProvider.FSNAME + " to a dataset that zfs list -t filesystem shows");
            }
        } catch (ZfsFailure e) {
            return switch (e.kind()) {
                case NO_PRIVILEGE -> refused(Reason.NO_PRIVILEGE, e.getMessage(), ZfsPrograms.BE_ROOT);
                case NO_MODULE -> refused(Reason.MISSING_KERNEL_FEATURE, e.getMessage(), ZfsPrograms.LOAD_MODULE);
                case NO_PROGRAM -> refused(Reason.MISSING_PROGRAM, e.getMessage(), ZfsPrograms.INSTALL_PROGRAMS);
                default ->
                    refused(
                            Reason.BAD_CONFIGURATION,
                            e.getMessage(),
                            "make it with zfs create " + parent + ", or set " + ZfsProvider.FSNAME
                                    + " to a dataset that zfs list shows");
            };
        }
        return new Taken(
                programs,
                parent,
                List.of(
                        new Feature("quota", true, "a dataset has its own"),
                        new Feature("native diff", true, "zfs diff tells what a layer changes")));
    }

    private static String datasetOf(Path root) {
        try {
            Path real = root.toRealPath();
            return MountTable.read()
                    .covering(real)
                    .map(MountTable.Entry::source)
                    .orElseThrow(() -> new IOException(real + " is on no mount that this process sees"));
        } catch (IOException e) {
            throw IoFailures.of("find out which dataset " + root + " is on", e);
        }
    }

    private static ZfsSetting refused(Reason reason, String detail, String remedy) {
        return new Refused(new Probe.Unsupported(reason, detail, remedy));
    }
}
