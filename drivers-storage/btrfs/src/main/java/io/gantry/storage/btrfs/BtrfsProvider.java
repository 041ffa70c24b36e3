package io.gantry.storage.btrfs;

import com.google.auto.service.AutoService;
import io.gantry.linux.Capability;
import io.gantry.linux.Errno;
import io.gantry.linux.FileSystemInfo;
import io.gantry.linux.FileSystems;
import io.gantry.linux.Kernel;
import io.gantry.linux.KernelException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.IoFailures;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Layers as subvolumes of a btrfs, each a writable snapshot of the one beneath. */
@AutoService(StorageDriverProvider.class)
public final class BtrfsProvider implements StorageDriverProvider {
    static final String NAME = "btrfs";
    static final String MIN_SPACE = "btrfs.min_space";
    static final String LAYER_SIZE = "size";

    private static final long BTRFS = 0x9123683EL;
    private static final int READ_ONLY = 1;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Makes every layer a snapshot in a btrfs: no copy-up, quotas, checksums and compression; needs the data root on btrfs";
    }

    @Override
    public int priority() {
        return 60;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        MIN_SPACE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.DAEMON,
                        "The smallest size that a container may be given."),
                OptionSpec.of(
                        LAYER_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.OBJECT,
                        "What the container's root file system may take at most, the image included (with simple quotas: without); turns on the file system's quotas."));
    }

    @Override
    public Probe probe(StorageContext context) {
        try {
            Optional<Probe.Unsupported> refused = refusal(context.root());
            if (refused.isPresent()) {
                return refused.get();
            }
            try (Volume volume = Volume.of(context.root())) {
                return Probe.supported(quota(new QuotaGroups(volume).mode()));
            }
        } catch (KernelException e) {
            throw IoFailures.of("probe " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return BtrfsDriver.open(context);
    }

    /** Why layers cannot be kept in a directory, if they cannot. */
    static Optional<Probe.Unsupported> refusal(Path root) {
        FileSystemInfo backing = FileSystems.info(root);
        if (backing.magic() != BTRFS) {
            return Optional.of(new Probe.Unsupported(
                    Probe.Reason.WRONG_BACKING_FILE_SYSTEM,
                    "prerequisites for driver not satisfied (wrong filesystem?): " + root + " is on " + backing.name()
                            + ", and layers are subvolumes of a btrfs",
                    "make a btrfs with mkfs.btrfs and mount it at " + root
                            + ", or give --data-root a directory on one"));
        }
        if ((backing.mountFlags() & READ_ONLY) != 0) {
            return Optional.of(new Probe.Unsupported(
                    Probe.Reason.WRONG_BACKING_FILE_SYSTEM,
                    "the btrfs beneath " + root + " is mounted read-only",
                    "look in the kernel's log for why, then remount it with mount -o remount,rw"));
        }
        if (!Kernel.capabilities().contains(Capability.CAP_SYS_ADMIN) || !maySearch(root)) {
            return Optional.of(new Probe.Unsupported(
                    Probe.Reason.NO_PRIVILEGE,
                    "subvolumes can be looked up and destroyed only with CAP_SYS_ADMIN on the host",
                    "run the daemon as root, outside of a user namespace"));
        }
        return Optional.empty();
    }

    private static boolean maySearch(Path root) {
        try (Volume volume = Volume.of(root)) {
            volume.isGone(Subvolumes.info(volume.fd()).id());
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EPERM, Errno.EACCES)) {
                return false;
            }
            throw e;
        }
    }

    private static Feature quota(QuotaGroups.Mode mode) {
        return switch (mode) {
            case DISABLED -> new Feature("quota", false, "quotas are turned on when a size is first asked for");
            case GROUPS -> new Feature("quota", true, "quota groups are on");
            case SIMPLE ->
                new Feature("quota", true, "simple quotas are on: a size bounds what is written, the image left out");
        };
    }
}
