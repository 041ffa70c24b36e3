package io.gantry.storage.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.ProjectQuota;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageBench;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole suite again on xfs, with project quotas where the kernel has them. */
class Overlay2OnXfsTest extends StorageDriverContract {
    private static LoopFileSystem xfs;

    @BeforeAll
    static void format() throws IOException {
        xfs = LoopFileSystem.xfs(400L << 20);
    }

    @AfterAll
    static void unmount() throws IOException {
        xfs.close();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new Overlay2Provider();
    }

    @Override
    public int kills() {
        return Math.min(super.kills(), 20);
    }

    @Override
    protected Path scratch() {
        return xfs.path();
    }

    @Test
    @Tag("project-quotas")
    void quotasAreThereAndTold() {
        assumeQuotas();
        assertThat(bench().driver().capability(QuotaController.class)).isPresent();
        assertThat(bench().driver().status())
                .contains(
                        new StatusRow("Backing Filesystem", "xfs"),
                        new StatusRow("quota", "on (project quotas are enforced on xfs)"));
    }

    @Test
    @Tag("project-quotas")
    void theDaemonsSizeHoldsForLayersThatSayNothing() throws IOException {
        assumeQuotas();
        try (StorageBench limited = new StorageBench(
                provider(),
                Map.of(Overlay2Provider.DAEMON_SIZE, "8m"),
                Files.createTempDirectory(scratch(), "limited-"))) {
            var quotas = limited.driver().capability(QuotaController.class).orElseThrow();
            limited.prepare("plain");
            limited.driver().prepare(id("own"), Optional.empty(), limited.layerOptions(Map.of("size", "16m")));

            assertThat(quotas.limit(id("plain"))).contains(8L << 20);
            assertThat(quotas.limit(id("own"))).contains(16L << 20);
        }
    }

    @Test
    @Tag("project-quotas")
    void aLimitHoldsForWhatIsWrittenThroughTheOverlay() throws IOException {
        assumeQuotas();
        bench().base("base", root -> Files.write(root.resolve("big"), new byte[6 << 20]));
        bench().driver().prepare(id("x"), Optional.of(id("base")), bench().layerOptions(Map.of("size", "4m")));
        bench().in("x", root -> {
            assertThat(root.resolve("big")).hasSize(6 << 20);
            assertThatThrownBy(() -> Files.write(root.resolve("more"), new byte[5 << 20]))
                    .isInstanceOf(IOException.class);
        });
    }

    private static void assumeQuotas() {
        assumeThat(ProjectQuota.of(xfs.path()).isEnforced())
                .as("this kernel has project quotas for xfs")
                .isTrue();
    }
}
