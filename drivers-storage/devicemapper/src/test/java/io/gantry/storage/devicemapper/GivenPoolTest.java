package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageContext;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools and devices that somebody else made, and what the check says of a pool. */
@Tag("devicemapper")
class GivenPoolTest {
    private static final long DATA = 1L << 30;

    private final DevicemapperProvider provider = new DevicemapperProvider();
    private final String poolName = "gantry-test-" + ProcessHandle.current().pid();
    private final List<LoopDevices.Attached> loops = new ArrayList<>();

    @TempDir
    Path temp;

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    @BeforeAll
    static void assumeDeviceMapper() {
        DeviceMapper.assume();
    }

    @BeforeEach
    void attach() throws IOException {
        loops.add(loop("data", DATA));
        loops.add(loop("metadata", 8 << 20));
    }

    @AfterEach
    void detach() {
        try (DmControl control = DmControl.open()) {
            if (control.info(poolName).isPresent()) {
                control.remove(poolName, false);
            }
        } finally {
            new DeviceNodes().remove(poolName);
            loops.forEach(LoopDevices.Attached::close);
        }
    }

    @Test
    void aGivenPoolIsUsedAndLeftAsItIs() throws IOException {
        makePool();
        try (StorageBench bench = open(Map.of(DmOptions.THIN_POOL_DEVICE, "/dev/mapper/" + poolName))) {
            bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
            bench.reopen();
            bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));

            assertThat(bench.driver().status())
                    .contains(new StatusRow("Pool Name", poolName))
                    .extracting(StatusRow::label)
                    .doesNotContain("Data file", "Data loop file");
            assertThat(bench.driver().warnings()).hasSize(1);
        }
        try (DmControl control = DmControl.open()) {
            assertThat(control.info(poolName)).isPresent();
        }
    }

    @Test
    void devicesThatOthersMadeInAGivenPoolAreLeftAlone() throws IOException {
        makePool();
        try (DmControl control = DmControl.open()) {
            assertThat(ThinPool.of(control, poolName).create(1)).isTrue();
            assertThat(ThinPool.of(control, poolName).create(3)).isTrue();
        }
        try (StorageBench bench = open(Map.of(DmOptions.THIN_POOL_DEVICE, poolName))) {
            bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
            bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
            bench.reopen();

            ConsistencyChecker checker = checker(bench);
            List<Fault> faults = checker.check();
            assertThat(faults)
                    .extracting(Fault::subject)
                    .containsExactly("thin device 1 of " + poolName, "thin device 3 of " + poolName);
            assertThat(faults).extracting(Fault::kind).containsOnly(Kind.UNACCOUNTED);
            assertThatThrownBy(() -> checker.repair(faults.get(0)))
                    .isInstanceOf(FailedPreconditionException.class)
                    .hasMessageContaining("dmsetup message " + poolName);
            assertThat(checker.check()).isEqualTo(faults);
        }
    }

    @Test
    void aPoolIsMadeOnGivenDevices() throws IOException {
        try (StorageBench bench = open(Map.of(
                DmOptions.DATA_DEVICE, loops.get(0).path().toString(),
                DmOptions.METADATA_DEVICE, loops.get(1).path().toString()))) {
            bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
            bench.reopen();
            bench.look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
            assertThat(bench.driver().status())
                    .contains(new StatusRow("Data file", loops.get(0).path().toString()));
        }
    }

    @Test
    void aPoolThatIsNotThereIsRefusedWithAdvice() throws IOException {
        assertThat(provider.probe(context(Map.of(DmOptions.THIN_POOL_DEVICE, "/dev/mapper/no-such-pool"))))
                .isInstanceOfSatisfying(Probe.Unsupported.class, unsupported -> {
                    assertThat(unsupported.reason()).isEqualTo(Probe.Reason.BAD_CONFIGURATION);
                    assertThat(unsupported.detail()).contains("there is no device of that name");
                    assertThat(unsupported.remedy()).isNotEmpty();
                });
    }

    @Test
    void theCheckFindsMissingAndLostDevicesOfAPoolOfItsOwn() throws IOException {
        try (StorageBench bench = open(Map.of(DmOptions.LOOP_DATA_SIZE, "1g", DmOptions.LOOP_METADATA_SIZE, "8m"))) {
            bench.base("good", root -> Files.writeString(root.resolve("f"), "good"));
            bench.prepare("bad", "good");
            bench.prepare("active", "good");
            ConsistencyChecker checker = checker(bench);
            assertThat(checker.check()).isEmpty();

            ThinIds ids = ThinIds.open(bench.context().root());
            int bad = ids.all().get(2).id();
            String pool = ThinDevices.prefix(bench.context().root()) + "-pool";
            try (DmControl control = DmControl.open()) {
                ThinPool.of(control, pool).delete(bad);
                assertThat(ThinPool.of(control, pool).create(40)).isTrue();
            }

            List<Fault> faults = checker.check();
            assertThat(faults).extracting(Fault::kind).containsExactly(Kind.UNMOUNTABLE, Kind.UNACCOUNTED);
            assertThat(faults.get(0).layer()).contains(LayerId.of("bad"));
            assertThat(faults.get(0).detail()).isEqualTo("thin pool " + pool + " has no device " + bad);
            assertThatThrownBy(() -> bench.driver().mounts(LayerId.of("bad"))).hasMessageContaining("gantry check");

            faults.forEach(checker::repair);

            assertThat(checker.check()).isEmpty();
            assertThat(bench.driver().layers()).hasSize(2);
            bench.in("active", root -> assertThat(root.resolve("f")).hasContent("good"));
        }
    }

    private void makePool() {
        try (DmControl control = DmControl.open()) {
            control.create(
                    poolName,
                    ThinPool.table(
                            ThinPool.number(loops.get(1).device()),
                            ThinPool.number(loops.get(0).device()),
                            DATA,
                            128),
                    false);
        }
    }

    private LoopDevices.Attached loop(String name, long bytes) throws IOException {
        Path file = temp.resolve(name);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(bytes);
        }
        return LoopDevices.attach(file);
    }

    private StorageBench open(Map<String, String> options) throws IOException {
        return new StorageBench(provider, all(options), Files.createTempDirectory(temp, "bench-"));
    }

    private StorageContext context(Map<String, String> options) throws IOException {
        return new Context(
                Files.createTempDirectory(temp, "root-"),
                Files.createTempDirectory(temp, "run-"),
                Options.parse("devicemapper", provider.options(), OptionSpec.Scope.DAEMON, all(options)));
    }

    private static Map<String, String> all(Map<String, String> further) {
        Map<String, String> all = new HashMap<>(Map.of(DmOptions.FILE_SYSTEM, "ext4", DmOptions.BASE_SIZE, "256m"));
        all.putAll(further);
        return all;
    }

    private static ConsistencyChecker checker(StorageBench bench) {
        return bench.driver().capability(ConsistencyChecker.class).orElseThrow();
    }
}
