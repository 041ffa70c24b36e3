package com.example.gantry;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;

/** What the engine sees of the storage driver before it uses it. Cheap: no field, no native code until probed. */
public final class CopydirProvider implements StorageDriverProvider {
    @Override
    public String name() {
        return "copydir";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Every layer is a full copy of its parent (sample of a third-party driver)";
    }

    /** A sample should not become anybody's default. */
    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Probe probe(StorageContext context) {
        try {
            String backing = FileSystems.info(context.root()).name();
            return Probe.supported(new Feature("full-copy", true, "works on any file system, here " + backing));
        } catch (KernelException e) {
            return Probe.unsupported(
                    Probe.Reason.WRONG_BACKING_FILE_SYSTEM, e.getMessage(), "give Gantry another data root");
        }
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return CopydirDriver.open(context.root());
    }
}
