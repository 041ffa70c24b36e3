package io.gantry.storage.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.ProjectQuota;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
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

/** The whole suite again on an xfs that cannot share blocks, with project quotas where the kernel has them. */
class VfsOnXfsTest extends StorageDriverContract {
    private static LoopFileSystem xfs;

    @BeforeAll
    static void format() throws IOException {
        xfs = LoopFileSystem.xfs(400L << 20, "-m", "reflink=0");
    }

    @AfterAll
    static void unmount() throws IOException {
        xfs.close();
    }

    @Override
    protected StorageDriverProvider provider() {
        return new VfsProvider();
    }

    @Override
    public int kills() {
        return Math.min(super.kills(), 20);
    }

    @Override
    protected Path scratch() {
        return xfs.path();
    }

    @Override
    public int depth() {
        return 20;
    }

    @Test
    @Tag("project-quotas")
    void quotasAreThereAndTold() {
        assumeQuotas();
        assertThat(bench().driver().status())
                .contains(new StatusRow("Backing Filesystem", "xfs"), new StatusRow("Supports quotas", "true"));
    }

    @Test
    @Tag("project-quotas")
    void aCopyThatDoesNotFitItsLimitLeavesNothing() throws IOException {
        assumeQuotas();
        bench().base("base", root -> Files.write(root.resolve("big"), new byte[20 << 20]));

        assertThatThrownBy(() -> bench().driver()
                        .prepare(id("x"), Optional.of(id("base")), bench().layerOptions(Map.of("size", "4m"))))
                .isInstanceOf(OutOfSpaceException.class);

        assertThat(bench().driver().layers()).extracting(LayerInfo::id).containsExactly(id("base"));
        bench().driver().cleanup();
        try (var layers = Files.list(bench().context().root().resolve("layers"))) {
            assertThat(layers).hasSize(1);
        }
        bench().prepare("x", "base");
        bench().in("x", root -> assertThat(root.resolve("big")).hasSize(20 << 20));
    }

    @Test
    void filesAreCopiedByTheKernel() {
        assertThat(bench().driver().status()).contains(new StatusRow("Copy Method", "copy_file_range"));
    }

    private static void assumeQuotas() {
        assumeThat(ProjectQuota.of(xfs.path()).isEnforced())
                .as("this kernel has project quotas for xfs")
                .isTrue();
    }
}
