package io.gantry.storage.overlay2;

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

/** Layers as directories that the kernel's overlayfs stacks (kernel document {@code filesystems/overlayfs}). */
@AutoService(StorageDriverProvider.class)
public final class Overlay2Provider implements StorageDriverProvider {
    static final String NAME = "overlay2";
    static final String DAEMON_SIZE = "overlay2.size";
    static final String DAEMON_VOLATILE = "overlay2.volatile";
    static final String OVERRIDE_KERNEL_CHECK = "overlay2.override_kernel_check";
    static final String LAYER_SIZE = "size";
    static final String LAYER_VOLATILE = "volatile";

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
        return "Stacks directories with the kernel's overlayfs: shares page cache and disk between containers, up to 500 layers";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        DAEMON_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.DAEMON,
                        "What a container may write at most where it says nothing else; needs xfs mounted with pquota."),
                OptionSpec.of(
                        DAEMON_VOLATILE,
                        OptionSpec.Type.BOOLEAN,
                        OptionSpec.Scope.DAEMON,
                        "false",
                        "Containers' writes are not flushed to disk on sync or unmount: faster, and lost in a power cut."),
                OptionSpec.of(
                        OVERRIDE_KERNEL_CHECK,
                        OptionSpec.Type.BOOLEAN,
                        OptionSpec.Scope.DAEMON,
                        "Accepted as by Docker and without effect: the kernel is tried, not its version read."),
                OptionSpec.of(
                        LAYER_SIZE,
                        OptionSpec.Type.SIZE,
                        OptionSpec.Scope.OBJECT,
                        "What the container may write at most; needs xfs mounted with pquota."),
                OptionSpec.of(
                        LAYER_VOLATILE,
                        OptionSpec.Type.BOOLEAN,
                        OptionSpec.Scope.OBJECT,
                        "This container's writes are not flushed to disk on sync or unmount."));
    }

    @Override
    public Probe probe(StorageContext context) {
        return decide(context).asProbe();
    }

    @Override
    public StorageDriver open(StorageContext context) {
        return Overlay2Driver.open(context);
    }

    static Decision decide(StorageContext context) {
        try {
            return OverlayTrial.decide(context.root(), context.options());
        } catch (KernelException e) {
            throw IoFailures.of("try overlay in " + context.root(), e.errno().name(), e.getMessage(), e);
        }
    }
}
