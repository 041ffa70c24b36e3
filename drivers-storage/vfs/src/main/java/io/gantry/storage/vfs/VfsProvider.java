package io.gantry.storage.vfs;

import com.google.auto.service.AutoService;
import io.gantry.linux.FileData;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.ProjectQuota;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.IoFailures;
import java.util.List;

/** Full copies of directories: slow and large, works everywhere. */
@AutoService(StorageDriverProvider.class)
public final class VfsProvider implements StorageDriverProvider {
    static final String NAME = "vfs";
    static final String DAEMON_SIZE = "vfs.size";
    static final String LAYER_SIZE = "size";
    static final String SIZE_IN_VAIN = DAEMON_SIZE + " is given, but " + VfsDriver.NO_QUOTAS;
    static final String SIZE_REMEDY = "put the data root on xfs mounted with pquota, or leave the option out";

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
        return "Every layer is a full copy of the one beneath; works on any file system, shares blocks where it can";
    }

    /** Below every driver that shares what layers have in common. */
    @Override
    public int priority() {
        return 0;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        DAEMON_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.DAEMON,
                        "What a container may write at most where it says nothing else; needs project quotas."),
                OptionSpec.of(
                        LAYER_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.OBJECT,
                        "What the container's root file system may take at most, the image's copy included; needs project quotas."));
    }

    @Override
    public Probe probe(StorageContext context) {
        try {
            FileData.Method method = CopyMethod.of(context.root());
            boolean quotas = ProjectQuota.of(context.root()).isEnforced();
            if (!quotas && context.options().isGiven(DAEMON_SIZE)) {
                return Probe.unsupported(Probe.Reason.BAD_CONFIGURATION, SIZE_IN_VAIN, SIZE_REMEDY);
            }
            String backing = FileSystems.info(context.root()).name();
            return Probe.supported(
                    new Feature("reflink", method == FileData.Method.CLONED, CopyMethod.reason(method, backing)),
                    new Feature(
                            "quota",
                            quotas,
                            quotas ? "project quotas are enforced on " + backing : VfsDriver.NO_QUOTAS));
        } catch (KernelException e) {
            throw IoFailures.of("probe " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return VfsDriver.open(context);
    }
}
