package io.gantry.storage.zfs;

import com.google.auto.service.AutoService;
import io.gantry.linux.KernelException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.IoFailures;
import java.util.List;

/** Layers as datasets of OpenZFS. */
@AutoService(StorageDriverProvider.class)
public final class ZfsProvider implements StorageDriverProvider {
    static final String NAME = "zfs";
    static final String FSNAME = "zfs.fsname";
    static final String LAYER_SIZE = "size";

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
        return "Every layer is a ZFS dataset, a clone of the one beneath; needs OpenZFS and a pool";
    }

    /** After btrfs and before vfs, as Docker has it. */
    @Override
    public int priority() {
        return 50;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        FSNAME,
                        OptionSpec.Type.STRING,
                        OptionSpec.Scope.DAEMON,
                        "The ZFS dataset that those of layers are made in; without it the one that the data root is on."),
                OptionSpec.of(
                        LAYER_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.OBJECT,
                        "What the container may write at most, the image left out; a quota of ZFS."));
    }

    @Override
    public Probe probe(StorageContext context) {
        try {
            return ZfsSetting.of(context).asProbe();
        } catch (KernelException e) {
            throw IoFailures.of("probe " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return ZfsDriver.open(context);
    }
}
