package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens when the disk is full: a typed error, and nothing that was not there before. */
interface FullDiskCases extends StorageCases {
    SmallStore smallStore() throws IOException;

    @Test
    default void aFullDiskIsOutOfSpaceAndLeavesNothing() throws IOException {
        try (SmallStore store = smallStore()) {
            StorageBench small = store.bench();
            small.base("base", root -> Files.write(root.resolve("f"), new byte[1 << 20]));
            small.prepare("y", "base");
            small.driver().cleanup();
            store.fill();
            List<String> before = small.files();

            assertThatThrownBy(() -> small.prepare("x", "base"))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("x")
                    .hasMessageContaining("free space");
            assertThatThrownBy(() -> small.driver().commit(id("y"), id("new"))).isInstanceOf(OutOfSpaceException.class);
            small.driver().cleanup();

            assertThat(small.files()).isEqualTo(before);
            assertThat(small.driver().layers()).extracting(LayerInfo::id).containsExactly(id("base"), id("y"));
            assertThat(small.driver().stat(id("y")).orElseThrow().kind()).isEqualTo(Kind.ACTIVE);

            store.relieve();
            store.settle();
            small.prepare("x", "base");
            small.in("x", root -> assertThat(root.resolve("f")).hasSize(1 << 20));
            assertThat(small.driver().commit(id("y"), id("new")).kind()).isEqualTo(Kind.COMMITTED);
        }
    }

    @Test
    default void layersAreRemovedFromAFullDisk() throws IOException {
        try (SmallStore store = smallStore()) {
            StorageBench small = store.bench();
            small.base("base", root -> Files.write(root.resolve("f"), new byte[4 << 20]));
            store.fill();

            small.driver().remove(id("base"));
            small.driver().cleanup();
            store.settle();

            assertThat(small.driver().layers()).isEmpty();
            small.prepare("x");
            small.in("x", root -> Files.write(root.resolve("f"), new byte[1 << 19]));
        }
    }
}
