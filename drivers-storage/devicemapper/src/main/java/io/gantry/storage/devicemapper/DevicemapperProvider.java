package io.gantry.storage.devicemapper;

import com.google.auto.service.AutoService;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverException;
import io.gantry.spi.Feature;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.storage.devicemapper.Settings.PoolSource;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Layers as thinly provisioned block devices, each a snapshot of its parent (kernel document {@code device-mapper/thin-provisioning}). */
@AutoService(StorageDriverProvider.class)
public final class DevicemapperProvider implements StorageDriverProvider {
    static final String NAME = "devicemapper";

    private static final String LOAD = "run: modprobe dm_thin_pool; or use a kernel with CONFIG_DM_THIN_PROVISIONING";

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
        return "Every layer is a thin snapshot with a file system of its own, in a thin pool of the kernel's device-mapper; deprecated by Docker, use overlay2 where you can";
    }

    /** Never by default: on files it is slow, and a disk for it has to be named. */
    @Override
    public int priority() {
        return -10;
    }

    @Override
    public List<OptionSpec> options() {
        return DmOptions.all();
    }

    @Override
    public Probe probe(StorageContext context) {
        Settings settings;
        try {
            settings = Settings.of(context.options());
        } catch (DriverException e) {
            return Probe.unsupported(
                    Probe.Reason.BAD_CONFIGURATION,
                    e.problem().reason(),
                    e.problem().remedy());
        }
        try (DmControl control = DmControl.open()) {
            String version = control.version();
            Optional<String> thinPool = control.targetVersion("thin-pool");
            if (thinPool.isEmpty() || control.targetVersion("thin").isEmpty()) {
                return Probe.unsupported(
                        Probe.Reason.MISSING_KERNEL_FEATURE, "device-mapper has no target thin-pool", LOAD);
            }
            return probe(context, settings, control, "device-mapper " + version + ", thin-pool " + thinPool.get());
        } catch (KernelException e) {
            if (e.is(Errno.EACCES, Errno.EPERM)) {
                return Probe.unsupported(
                        Probe.Reason.NO_PRIVILEGE, e.getMessage(), "run the engine as root, with CAP_SYS_ADMIN");
            }
            return Probe.unsupported(
                    Probe.Reason.MISSING_KERNEL_FEATURE,
                    "the kernel has no device-mapper here: " + e.getMessage(),
                    LOAD);
        }
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return DevicemapperDriver.open(context, Settings.of(context.options()));
    }

    private static Probe probe(StorageContext context, Settings settings, DmControl control, String kernel) {
        if (!Files.exists(context.root().resolve(BaseDevice.KEY))) {
            FsType type = settings.fsToMake();
            if (Program.find(type.mkfs()).isEmpty()) {
                return Probe.unsupported(
                        Probe.Reason.MISSING_PROGRAM,
                        type.mkfs() + " is not installed, and layers need a file system",
                        Program.installing(type.mkfs(), type.debianPackage()));
            }
        }
        if (settings.pool() instanceof PoolSource.Files && !Files.exists(LoopDevices.CONTROL)) {
            return Probe.unsupported(
                    Probe.Reason.MISSING_KERNEL_FEATURE,
                    LoopDevices.CONTROL + " is missing, and no pool is named by dm.thinpooldev",
                    "run: modprobe loop; or name a thin pool with --storage-opt dm.thinpooldev");
        }
        if (settings.pool() instanceof PoolSource.Given given) {
            try {
                ThinPool.of(control, given.name()).status();
            } catch (DriverException e) {
                return Probe.unsupported(
                        Probe.Reason.BAD_CONFIGURATION,
                        "dm.thinpooldev: " + e.problem().reason(),
                        e.problem().remedy());
            }
        }
        return Probe.supported(
                new Feature("thin provisioning", true, kernel),
                new Feature(
                        "loopback",
                        settings.pool() instanceof PoolSource.Files,
                        settings.pool() instanceof PoolSource.Files
                                ? "no dm.thinpooldev is given, so that the pool is made on sparse files, which is slow"
                                : "a pool or devices are given"),
                new Feature(
                        "discard",
                        settings.discard(),
                        settings.discard()
                                ? "blocks of deleted layers are given back to what lies beneath the pool"
                                : "blocks of deleted layers stay with the pool"));
    }
}
