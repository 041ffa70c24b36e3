package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.storage.StorageContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicemapperProviderTest {
    private final DevicemapperProvider provider = new DevicemapperProvider();

    @TempDir
    Path temp;

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    @Test
    void aKernelWithoutDeviceMapperIsToldWithWhatToDo() {
        assumeThat(Files.exists(DmControl.FILE))
                .as("this kernel has device-mapper")
                .isFalse();

        assertThat(provider.probe(context(Map.of()))).isInstanceOfSatisfying(Probe.Unsupported.class, unsupported -> {
            assertThat(unsupported.reason()).isEqualTo(Probe.Reason.MISSING_KERNEL_FEATURE);
            assertThat(unsupported.detail()).contains("/dev/mapper/control");
            assertThat(unsupported.remedy()).contains("modprobe dm_thin_pool");
        });
    }

    @Test
    void optionsThatCannotBeHonouredAreBadConfiguration() {
        assertThat(provider.probe(context(Map.of("dm.directlvm_device", "/dev/vdb"))))
                .isInstanceOfSatisfying(Probe.Unsupported.class, unsupported -> {
                    assertThat(unsupported.reason()).isEqualTo(Probe.Reason.BAD_CONFIGURATION);
                    assertThat(unsupported.remedy()).contains("lvcreate");
                });
    }

    @Test
    void itIsNeverTheDefault() {
        assertThat(provider.priority()).isNegative();
        assertThat(provider.name()).isEqualTo("devicemapper");
    }

    private StorageContext context(Map<String, String> options) {
        return new Context(
                temp, temp, Options.parse("devicemapper", provider.options(), OptionSpec.Scope.DAEMON, options));
    }
}
