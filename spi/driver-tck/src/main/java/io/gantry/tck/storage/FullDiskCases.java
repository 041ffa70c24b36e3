package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.tck.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What happens when the disk is full: a typed error, and nothing that was not there before. */
interface FullDiskCases extends StorageCases {
    SmallDisk smallDisk() throws IOException;

    @Test
    default void aFullDiskIsOutOfSpaceAndLeavesNothing() throws IOException {
        try (SmallDisk disk = smallDisk();
                StorageBench small = benchOn(disk)) {
            small.base("base", root -> Files.write(root.resolve("f"), new byte[1 << 20]));
            small.prepare("y", "base");
            small.driver().cleanup();
            Path ballast = disk.path().resolve("ballast");
            disk.fill(ballast);
            List<Path> before = tree(small.context().root());

            assertThatThrownBy(() -> small.prepare("x", "base"))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("x")
                    .hasMessageContaining("free space");
            assertThatThrownBy(() -> small.driver().commit(id("y"), id("new"))).isInstanceOf(OutOfSpaceException.class);
            small.driver().cleanup();

            assertThat(tree(small.context().root())).isEqualTo(before);
            assertThat(small.driver().layers()).extracting(LayerInfo::id).containsExactly(id("base"), id("y"));
            assertThat(small.driver().stat(id("y")).orElseThrow().kind()).isEqualTo(Kind.ACTIVE);

            Files.delete(ballast);
            disk.settle();
            small.prepare("x", "base");
            small.in("x", root -> assertThat(root.resolve("f")).hasSize(1 << 20));
            assertThat(small.driver().commit(id("y"), id("new")).kind()).isEqualTo(Kind.COMMITTED);
        }
    }

    @Test
    default void layersAreRemovedFromAFullDisk() throws IOException {
        try (SmallDisk disk = smallDisk();
                StorageBench small = benchOn(disk)) {
            small.base("base", root -> Files.write(root.resolve("f"), new byte[4 << 20]));
            disk.fill(disk.path().resolve("ballast"));

            small.driver().remove(id("base"));
            small.driver().cleanup();
            disk.settle();

            assertThat(small.driver().layers()).isEmpty();
            small.prepare("x");
            small.in("x", root -> Files.write(root.resolve("f"), new byte[1 << 19]));
        }
    }

    private StorageBench benchOn(SmallDisk disk) throws IOException {
        return new StorageBench(bench().provider(), Map.of(), Files.createTempDirectory(disk.path(), "small-"));
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted().toList();
        }
    }
}
