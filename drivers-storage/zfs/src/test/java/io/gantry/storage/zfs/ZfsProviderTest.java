package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.gantry.linux.FileSystems;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.StorageContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where there is no ZFS. */
class ZfsProviderTest {
    @TempDir
    Path root;

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    @Test
    void aRootElsewhereIsRefusedWithTheWayOut() {
        assumeFalse(FileSystems.info(root).name().equals("zfs"), "temporary files are on zfs here");

        assertThat(new ZfsProvider().probe(context(Map.of())))
                .isInstanceOfSatisfying(Probe.Unsupported.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Probe.Reason.WRONG_BACKING_FILE_SYSTEM);
                    assertThat(refused.detail()).contains("not on zfs");
                    assertThat(refused.remedy()).contains("zfs.fsname=POOL/DATASET");
                });
    }

    @Test
    void aKernelWithoutZfsIsToldWithTheWayOutByProbeAndOpen() {
        assumeFalse(Files.exists(Path.of("/dev/zfs")), "this kernel has ZFS");
        StorageContext context = context(Map.of("zfs.fsname", "tank/layers"));

        assertThat(new ZfsProvider().probe(context)).isInstanceOfSatisfying(Probe.Unsupported.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Probe.Reason.MISSING_KERNEL_FEATURE);
            assertThat(refused.detail()).contains("/dev/zfs");
            assertThat(refused.remedy()).contains("modprobe zfs").contains("zfs-dkms");
        });
        assertThatThrownBy(() -> new ZfsProvider().open(context).close())
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("modprobe zfs");
    }

    private StorageContext context(Map<String, String> given) {
        ZfsProvider provider = new ZfsProvider();
        return new Context(
                root, root, Options.parse("storage driver zfs", provider.options(), OptionSpec.Scope.DAEMON, given));
    }
}
