package io.gantry.volume.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.Stat;
import io.gantry.spi.DriverContext;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Probe;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeInfo;
import io.gantry.tck.LoopFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalVolumeDriverTest {
    @TempDir
    Path directory;

    private final LocalVolumeProvider provider = new LocalVolumeProvider();
    private Context context;
    private VolumeDriver driver;

    private record Context(Path root, Path runDirectory, Options options) implements DriverContext {}

    @BeforeEach
    void open() throws IOException {
        context = new Context(
                Files.createDirectory(directory.resolve("root")),
                Files.createDirectory(directory.resolve("run")),
                Options.none());
        driver = provider.open(context);
    }

    @AfterEach
    void close() {
        driver.close();
        Mounts.detach(directory);
    }

    @Test
    void theProbeSupportsAnyDirectoryAndLeavesNothingBehind() throws IOException {
        Context fresh =
                new Context(Files.createDirectory(directory.resolve("fresh")), context.runDirectory(), Options.none());

        assertThat(provider.probe(fresh)).isInstanceOf(Probe.Supported.class);
        assertThat(fresh.root()).isEmptyDirectory();
    }

    @Test
    void aPlainVolumeIsADirectoryThatSurvivesReopening() throws IOException {
        Map<String, String> labels = Map.of("a", "b=c\n");
        VolumeInfo made = driver.create("data", Options.none(), labels);
        Path mounted = driver.mount("data", "c1");
        Files.writeString(mounted.resolve("f"), "kept");
        driver.unmount("data", "c1");

        reopen();

        assertThat(mounted).isEqualTo(context.root().resolve("volumes/data/_data"));
        assertThat(Stat.of(mounted).orElseThrow().mode()).isEqualTo(0755);
        assertThat(driver.stat("data")).contains(made);
        assertThat(made.labels()).isEqualTo(labels);
        assertThat(made.mountpoint()).isEqualTo(mounted);
        assertThat(driver.mount("data", "c2").resolve("f")).hasContent("kept");
        assertThat(driver.usage("data").orElseThrow()).isPositive();
    }

    @Test
    void creatingAVolumeAgainReturnsItAsItIs() {
        VolumeInfo made = driver.create("data", Options.none(), Map.of("a", "b"));

        assertThat(driver.create("data", Options.none(), Map.of("other", "label")))
                .isEqualTo(made);
        assertThat(driver.volumes()).containsExactly(made);
    }

    @Test
    void namesAreCheckedInDockersWords() throws IOException {
        for (String bad : List.of("a/b", "../x", "-x", ".x", "a b", "ä1", "")) {
            assertThatThrownBy(() -> driver.create(bad, Options.none(), Map.of()))
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessageContaining("\"" + bad
                            + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\""
                            + " are allowed. If you intended to pass a host directory, use absolute path");
        }
        assertThatThrownBy(() -> driver.create("x", Options.none(), Map.of()))
                .hasMessageContaining("volume name is too short, names should be at least two alphanumeric characters");
        assertThatThrownBy(() -> driver.create("x".repeat(256), Options.none(), Map.of()))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(driver.volumes()).isEmpty();
        assertThat(context.root().resolve("volumes")).isEmptyDirectory();
    }

    @Test
    void anOptionWithoutThoseItNeedsIsRefused() {
        assertThatThrownBy(() -> driver.create("data", options(Map.of("type", "tmpfs")), Map.of()))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("missing required option: \"device\"");
        assertThatThrownBy(() -> driver.create("data", options(Map.of("device", "/x")), Map.of()))
                .hasMessageContaining("missing required option: \"type\"");
        assertThatThrownBy(() -> driver.create("data", options(Map.of("o", "bind")), Map.of()))
                .hasMessageContaining("missing required option");
        assertThatThrownBy(() -> options(Map.of("tipe", "x")))
                .hasMessageContaining("unknown option tipe")
                .hasMessageContaining("type, device, o, size");
        assertThatThrownBy(() -> driver.create("data", options(Map.of("size", "1g")), Map.of()))
                .hasMessageContaining("quota size requested but no quota support");
        assertThat(driver.volumes()).isEmpty();
    }

    @Test
    void aTmpfsIsMountedForTheFirstConsumerAndUnmountedAfterTheLast() throws IOException {
        driver.create("fast", options(Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m,uid=1000")), Map.of());
        Path data = driver.stat("fast").orElseThrow().mountpoint();
        assertThat(MountTable.read().at(data)).isEmpty();

        driver.mount("fast", "c1");
        driver.mount("fast", "c1");
        driver.mount("fast", "c2");
        assertThat(MountTable.read().beneath(data)).hasSize(1);
        assertThat(MountTable.read().at(data).orElseThrow().type()).isEqualTo("tmpfs");
        assertThat(Stat.of(data).orElseThrow().uid()).isEqualTo(1000);
        driver.unmount("fast", "c1");
        driver.unmount("fast", "c1");
        driver.unmount("fast", "nobody");
        assertThat(MountTable.read().at(data)).isPresent();
        assertThat(driver.usage("fast")).isEmpty();
        driver.unmount("fast", "c2");

        assertThat(MountTable.read().at(data)).isEmpty();
    }

    @Test
    void aBindVolumeShowsItsDirectoryAndNeverDeletesIt() throws IOException {
        Path host = Files.createDirectory(directory.resolve("host"));
        Files.writeString(host.resolve("precious"), "x");
        driver.create("bound", options(Map.of("type", "none", "device", host.toString(), "o", "bind")), Map.of());

        Path data = driver.mount("bound", "c1");
        assertThat(data.resolve("precious")).hasContent("x");
        assertThatThrownBy(() -> driver.remove("bound"))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("volume is in use - [c1]");
        driver.unmount("bound", "c1");
        // Somebody mounted it by hand: removal must take the mount away, not what it shows.
        Mounts.bind(host, data);
        driver.remove("bound");

        assertThat(host.resolve("precious")).hasContent("x");
        assertThat(MountTable.read().beneath(context.root())).isEmpty();
        assertThat(context.root().resolve("volumes")).isEmptyDirectory();
    }

    @Test
    void aMountThatFailsLeavesNoConsumerAndNamesTheSource() {
        driver.create("bad", options(Map.of("type", "none", "device", "/no/such/dir", "o", "bind")), Map.of());

        assertThatThrownBy(() -> driver.mount("bad", "c1"))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining("failed to mount local volume: mount /no/such/dir:")
                .hasMessageContaining("No such file or directory");
        driver.remove("bad");
        assertThat(driver.volumes()).isEmpty();
        driver.create("remote", options(Map.of("type", "nfs", "device", ":/x", "o", "addr=host.invalid")), Map.of());
        assertThatThrownBy(() -> driver.mount("remote", "c1"))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining("error resolving passed in network volume address");
        driver.remove("remote");
    }

    @Test
    void consumersAreRememberedOverARestartOfTheDaemon() {
        driver.create("fast", options(Map.of("type", "tmpfs", "device", "tmpfs")), Map.of());
        Path data = driver.mount("fast", "weird / name: .. é");
        reopen();

        assertThatThrownBy(() -> driver.remove("fast")).isInstanceOf(FailedPreconditionException.class);
        assertThat(MountTable.read().at(data)).isPresent();
        driver.unmount("fast", "weird / name: .. é");
        assertThat(MountTable.read().at(data)).isEmpty();
        driver.remove("fast");
        assertThat(driver.volumes()).isEmpty();
    }

    @Test
    void aMountThatNobodyUsesIsTakenAwayOnOpening() {
        driver.create("fast", options(Map.of("type", "tmpfs", "device", "tmpfs")), Map.of());
        Path data = driver.stat("fast").orElseThrow().mountpoint();
        Mounts.bind(directory, data);

        reopen();

        assertThat(MountTable.read().at(data)).isEmpty();
    }

    @Test
    void whatAKillLeftIsDeletedOnOpening() throws IOException {
        driver.create("data", Options.none(), Map.of());
        driver.close();
        Path volumes = context.root().resolve("volumes");
        Files.createDirectories(volumes.resolve(".new-half/_data"));
        Files.createDirectories(volumes.resolve(".gone-x/_data/deep"));

        driver = provider.open(context);

        assertThat(volumes).isDirectoryNotContaining("glob:**/.*");
        assertThat(driver.volumes()).extracting(VolumeInfo::name).containsExactly("data");
    }

    @Test
    void aFullDiskIsOutOfSpaceAndLeavesNothing() throws IOException {
        try (LoopFileSystem disk = LoopFileSystem.make(8L << 20, "", "mkfs.ext4", "-q")) {
            Context small = new Context(
                    Files.createDirectory(disk.path().resolve("root")), context.runDirectory(), Options.none());
            try (VolumeDriver full = provider.open(small)) {
                full.create("before", Options.none(), Map.of());
                Path ballast = disk.path().resolve("ballast");
                disk.fill(ballast);

                assertThatThrownBy(() -> full.create("data", Options.none(), Map.of()))
                        .isInstanceOf(OutOfSpaceException.class)
                        .hasMessageContaining("create volume data")
                        .hasMessageContaining("free space");
                assertThat(small.root().resolve("volumes")).isDirectoryNotContaining("glob:**/{data,.*}");
                full.remove("before");
                Files.delete(ballast);
                assertThat(full.create("data", Options.none(), Map.of()).mountpoint())
                        .isEmptyDirectory();
            }
        }
    }

    @Test
    void aDamagedRecordHidesItsVolumeAndKeepsItsData() throws IOException {
        driver.create("data", Options.none(), Map.of());
        Files.writeString(driver.mount("data", "c1").resolve("f"), "kept");
        driver.unmount("data", "c1");
        driver.create("other", Options.none(), Map.of());
        driver.close();
        Path record = context.root().resolve("volumes/data/volume");
        byte[] good = Files.readAllBytes(record);
        Files.write(record, new byte[10]);

        driver = provider.open(context);
        assertThat(driver.volumes()).extracting(VolumeInfo::name).containsExactly("other");
        assertThatThrownBy(() -> driver.create("data", Options.none(), Map.of()))
                .isInstanceOf(IoFailureException.class);
        Files.write(record, good);
        reopen();

        assertThat(driver.mount("data", "c1").resolve("f")).hasContent("kept");
    }

    @Test
    void unknownVolumesAreNotFoundOrNothing() {
        assertThatThrownBy(() -> driver.mount("nobody", "c1")).isInstanceOf(NotFoundException.class);
        assertThat(driver.stat("nobody")).isEmpty();
        assertThat(driver.usage("nobody")).isEmpty();
        driver.unmount("nobody", "c1");
        driver.remove("nobody");
        assertThat(driver.volumes()).isEmpty();
    }

    @Test
    void twoEnginesCannotShareARoot() {
        assertThatThrownBy(() -> provider.open(context).close()).isInstanceOf(FailedPreconditionException.class);
        driver.close();
        driver.close();
        driver = provider.open(context);
        assertThat(driver.volumes()).isEmpty();
    }

    private void reopen() {
        driver.close();
        driver = provider.open(context);
    }

    private Options options(Map<String, String> given) {
        return Options.parse("volume driver local", provider.options(), OptionSpec.Scope.OBJECT, given);
    }
}
