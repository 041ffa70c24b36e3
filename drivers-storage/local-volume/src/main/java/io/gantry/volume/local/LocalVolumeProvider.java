package io.gantry.volume.local;

import com.google.auto.service.AutoService;
import io.gantry.linux.KernelException;
import io.gantry.linux.ProjectQuota;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverContext;
import io.gantry.spi.Feature;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeDriverProvider;
import java.util.List;

/** Volumes as directories on this machine, or as anything that {@code mount(8)} could mount. Options as those of Docker's driver of the same name. */
@AutoService(VolumeDriverProvider.class)
public final class LocalVolumeProvider implements VolumeDriverProvider {
    @Override
    public String name() {
        return "local";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Directories on this machine, or any file system it can mount";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        VolumeSource.TYPE,
                        OptionSpec.Type.STRING,
                        OptionSpec.Scope.OBJECT,
                        "File system to mount, such as tmpfs or nfs; none for a bind mount. Needs device."),
                OptionSpec.of(
                        VolumeSource.DEVICE,
                        OptionSpec.Type.STRING,
                        OptionSpec.Scope.OBJECT,
                        "What to mount: a device, a directory, :/path of an NFS server, tmpfs. Needs type."),
                OptionSpec.of(
                        VolumeSource.OPTIONS,
                        OptionSpec.Type.STRING,
                        OptionSpec.Scope.OBJECT,
                        "Mount options, separated by commas, such as bind or size=100m,uid=1000. Needs type and device."),
                OptionSpec.of(
                        VolumeSource.SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.OBJECT,
                        "What the volume may take at most; needs project quotas (xfs mounted with pquota)."));
    }

    @Override
    public Probe probe(DriverContext context) {
        try {
            boolean quotas = ProjectQuota.of(context.root()).isEnforced();
            return Probe.supported(new Feature(
                    "quota",
                    quotas,
                    quotas
                            ? "project quotas are enforced beneath " + context.root()
                            : "the file system beneath " + context.root() + " has no project quotas enabled"));
        } catch (KernelException e) {
            throw IoFailures.of("probe " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public VolumeDriver open(DriverContext context) {
        return LocalVolumeDriver.open(context);
    }
}
