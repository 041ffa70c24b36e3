package io.gantry.storage.overlay;

import com.google.auto.service.AutoService;
import io.gantry.linux.KernelException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.storage.support.IoFailures;

/** Docker's first overlay driver, for those who still ask for it. It has no options, as there. */
@AutoService(StorageDriverProvider.class)
public final class OverlayProvider implements StorageDriverProvider {
    static final String NAME = "overlay";

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
        return "Deprecated, use overlay2: every image layer is a hard-linked copy of the one beneath and takes an inode per directory";
    }

    /** Never by default. */
    @Override
    public int priority() {
        return -10;
    }

    @Override
    public Probe probe(StorageContext context) {
        return tryOut(context).probe();
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return OverlayDriver.open(context);
    }

    static Trial.Outcome tryOut(StorageContext context) {
        try {
            return Trial.on(context.root());
        } catch (KernelException e) {
            throw IoFailures.of("try overlay in " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }
}
