package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.UnsupportedException;
import io.gantry.storage.devicemapper.Settings.PoolSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of Docker's 23 options. */
class SettingsTest {
    @Test
    void all23OptionsOfDockerAreKnown() {
        assertThat(DmOptions.all().stream()
                        .filter(option -> option.scope() == OptionSpec.Scope.DAEMON)
                        .map(OptionSpec::key))
                .containsExactlyInAnyOrder(
                        "dm.basesize",
                        "dm.blkdiscard",
                        "dm.blocksize",
                        "dm.datadev",
                        "dm.directlvm_device",
                        "dm.directlvm_device_force",
                        "dm.fs",
                        "dm.libdm_log_level",
                        "dm.loopdatasize",
                        "dm.loopmetadatasize",
                        "dm.metadatadev",
                        "dm.min_free_space",
                        "dm.mkfsarg",
                        "dm.mountopt",
                        "dm.override_udev_sync_check",
                        "dm.thinp_autoextend_percent",
                        "dm.thinp_autoextend_threshold",
                        "dm.thinp_metapercent",
                        "dm.thinp_percent",
                        "dm.thinpooldev",
                        "dm.use_deferred_deletion",
                        "dm.use_deferred_removal",
                        "dm.xfs_nospace_max_retries");
    }

    @Test
    void theDefaultsAreDockers() {
        Settings settings = of(Map.of());

        assertThat(settings.pool()).isEqualTo(new PoolSource.Files(100L << 30, 2L << 30, 128));
        assertThat(settings.baseSize()).isEmpty();
        assertThat(settings.fs()).isEmpty();
        assertThat(settings.discard()).isTrue();
        assertThat(settings.deferredRemoval()).isTrue();
        assertThat(settings.deferredDeletion()).isTrue();
        assertThat(settings.minimumFree()).isEqualTo(10);
    }

    @Test
    void whatIsGivenIsRead() {
        Settings settings = of(Map.of(
                "dm.basesize", "20G",
                "dm.fs", "xfs",
                "dm.mkfsarg", "-i  maxpct=5",
                "dm.mountopt", "noatime,nodiscard",
                "dm.blkdiscard", "true",
                "dm.use_deferred_removal", "false",
                "dm.min_free_space", "0%",
                "dm.blocksize", "512K",
                "dm.datadev", "/dev/vdb",
                "dm.metadatadev", "/dev/vdc"));

        assertThat(settings.baseSize()).contains(20L << 30);
        assertThat(settings.fs()).contains(FsType.XFS);
        assertThat(settings.mkfsArguments()).containsExactly("-i", "maxpct=5");
        assertThat(settings.pool()).isEqualTo(new PoolSource.Devices(Path.of("/dev/vdb"), Path.of("/dev/vdc"), 1024));
        assertThat(settings.deferredDeletion()).isFalse();
        assertThat(settings.minimumFree()).isZero();
        assertThat(settings.mountOptions(FsType.XFS, false)).containsExactly("nouuid", "noatime", "nodiscard");
        assertThat(settings.mountOptions(FsType.XFS, true)).containsExactly("nouuid", "ro", "noatime", "nodiscard");
    }

    @Test
    void blocksAreDiscardedWhereThePoolIsOnFilesUnlessTheUserSaysOtherwise() {
        assertThat(of(Map.of()).mountOptions(FsType.EXT4, false)).containsExactly("discard");
        assertThat(of(Map.of()).mountOptions(FsType.EXT4, true)).containsExactly("ro");
        assertThat(of(Map.of("dm.blkdiscard", "false")).discard()).isFalse();
        assertThat(of(Map.of("dm.thinpooldev", "vg-pool")).discard()).isFalse();
        assertThat(of(Map.of("dm.thinpooldev", "vg-pool", "dm.blkdiscard", "1")).discard())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vg-pool", "/dev/mapper/vg-pool"})
    void aGivenPoolIsNamedAsDeviceMapperDoes(String given) {
        assertThat(of(Map.of("dm.thinpooldev", given)).pool()).isEqualTo(new PoolSource.Given("vg-pool"));
    }

    @Test
    void optionsWithoutEffectAreTaken() {
        assertThat(of(Map.of("dm.override_udev_sync_check", "true", "dm.libdm_log_level", "7"))
                        .minimumFree())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({
        "dm.fs, btrfs, Unsupported filesystem type btrfs",
        "dm.min_free_space, 100%, 0% to 99%",
        "dm.min_free_space, 10, 0% to 99%",
        "dm.blocksize, 100k, multiples of 64k",
        "dm.blocksize, 2g, multiples of 64k",
        "dm.thinpooldev, /dev/vg/pool, is not the name of a device-mapper device",
        "dm.datadev, /dev/vdb, dm.metadatadev",
        "dm.libdm_log_level, 8, 'range [0,7]'",
    })
    void valuesThatCannotBeAreRefused(String key, String value, String told) {
        assertThatThrownBy(() -> of(Map.of(key, value)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(told);
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> of(Map.of("dm.use_deferred_removal", "false", "dm.use_deferred_deletion", "true")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("dm.use_deferred_removal=true");
        assertThatThrownBy(() -> of(Map.of("dm.thinpooldev", "p", "dm.datadev", "/dev/a", "dm.metadatadev", "/dev/b")))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void whatCannotBeHonouredIsRefusedWithWhatToDo() {
        for (String key : List.of(
                "dm.directlvm_device_force",
                "dm.thinp_percent",
                "dm.thinp_metapercent",
                "dm.thinp_autoextend_threshold",
                "dm.thinp_autoextend_percent")) {
            assertThatThrownBy(() -> of(Map.of(key, "1")))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining(key)
                    .hasMessageContaining("lvcreate");
        }
        assertThatThrownBy(() -> of(Map.of("dm.directlvm_device", "/dev/vdb")))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("vgcreate gantry /dev/vdb")
                .hasMessageContaining("dm.thinpooldev=/dev/mapper/gantry-pool");
        assertThatThrownBy(() -> of(Map.of("dm.xfs_nospace_max_retries", "0")))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("max_retries");
    }

    private static Settings of(Map<String, String> given) {
        return Settings.of(
                Options.parse("storage driver devicemapper", DmOptions.all(), OptionSpec.Scope.DAEMON, given));
    }
}
