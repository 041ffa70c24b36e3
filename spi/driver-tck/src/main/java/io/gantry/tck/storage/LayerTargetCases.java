package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.LayerTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Layers applied to {@link io.gantry.spi.storage.StorageDriver#layerTarget} in the dialect it declares. */
interface LayerTargetCases extends StorageCases {
    @Test
    default void whatIsWrittenToTheTargetShowsInTheLayer() throws IOException {
        bench().prepare("x");
        bench().apply("x", target -> Files.writeString(target.directory().resolve("f"), "applied"));
        bench().driver().commit(id("x"), id("base"));

        bench().look("base", root -> assertThat(root.resolve("f")).hasContent("applied"));
    }

    @Test
    default void aDeletionInTheDeclaredDialectHidesTheFile() throws IOException {
        bench().base("base", root -> {
            Files.createDirectory(root.resolve("d"));
            Files.writeString(root.resolve("d/gone"), "x");
            Files.writeString(root.resolve("d/kept"), "x");
        });
        bench().prepare("x", "base");
        bench().apply("x", target -> {
            ensureDirectory(target, "d");
            LayerMarks.delete(target, "d", "gone");
        });
        bench().driver().commit(id("x"), id("top"));

        bench().look("top", root -> {
            assertThat(root.resolve("d/gone")).doesNotExist();
            assertThat(root.resolve("d/kept")).exists();
        });
        bench().look("base", root -> assertThat(root.resolve("d/gone")).exists());
    }

    @Test
    default void anOpaqueDirectoryInTheDeclaredDialectHidesAllBeneath() throws IOException {
        bench().base("base", root -> {
            Files.createDirectories(root.resolve("d/sub"));
            Files.writeString(root.resolve("d/old"), "x");
        });
        bench().prepare("x", "base");
        bench().apply("x", target -> {
            ensureDirectory(target, "d");
            LayerMarks.makeOpaque(target, "d");
            Files.writeString(target.directory().resolve("d/new"), "x");
        });
        bench().driver().commit(id("x"), id("top"));

        bench().look("top", root -> {
            try (Stream<Path> entries = Files.list(root.resolve("d"))) {
                assertThat(entries.map(entry -> entry.getFileName().toString())).containsExactly("new");
            }
        });
    }

    @Test
    default void parentsAreNamedWhereTheTargetDoesNotShowThem() throws IOException {
        bench().base("a", root -> Files.writeString(root.resolve("f"), "a"));
        bench().layer("b", "a", root -> Files.writeString(root.resolve("f"), "b"));
        bench().prepare("x", "b");
        bench().apply("x", target -> {
            Path shows = target.parents().isEmpty()
                    ? target.directory()
                    : target.parents().get(0);
            assertThat(shows.resolve("f")).hasContent("b");
        });
    }

    private static void ensureDirectory(LayerTarget target, String name) throws IOException {
        Files.createDirectories(target.directory().resolve(name));
    }
}
