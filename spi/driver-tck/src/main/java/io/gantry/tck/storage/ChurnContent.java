package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a layer of a {@link LayerChurn} holds, which follows from its name: two files of its own, {@code latest}, which every layer replaces, and a file {@code gone-NAME}, which the next layer
 * deletes.
 */
final class ChurnContent {
    private static final int REPEATS = 4000;

    private ChurnContent() {}

    /** Writes where the layer is mounted. */
    static void write(Path root, String name, List<String> beneath) throws IOException {
        if (!beneath.isEmpty()) {
            Files.delete(root.resolve(goner(beneath.get(0))));
        }
        fill(root, name);
    }

    /** Writes as an archive is applied. */
    static void apply(LayerTarget target, String name, List<String> beneath) throws IOException {
        if (!beneath.isEmpty()) {
            LayerMarks.delete(target, "", goner(beneath.get(0)));
        }
        if (target.dialect() == WhiteoutDialect.DIRECT) {
            Files.deleteIfExists(target.directory().resolve("latest"));
        }
        fill(target.directory(), name);
    }

    /** Checks a layer's own content and that of the layers beneath, the nearest first. */
    static void check(Path root, String name, List<String> beneath) throws IOException {
        assertThat(root.resolve("latest")).hasContent(name);
        assertThat(root.resolve(goner(name))).exists();
        own(root, name);
        if (!beneath.isEmpty()) {
            assertThat(root.resolve(goner(beneath.get(0)))).doesNotExist();
        }
        checkBeneath(root, beneath);
    }

    /** Checks what a layer shows whose own content is not all there. */
    static void checkBeneath(Path root, List<String> beneath) throws IOException {
        for (int i = 0; i < beneath.size(); i++) {
            own(root, beneath.get(i));
            if (i > 0) {
                assertThat(root.resolve(goner(beneath.get(i)))).doesNotExist();
            }
        }
    }

    private static void fill(Path root, String name) throws IOException {
        Files.writeString(root.resolve(name), text(name));
        Files.createDirectories(root.resolve("d"));
        Files.writeString(root.resolve("d").resolve(name), name);
        Files.writeString(root.resolve("latest"), name);
        Files.writeString(root.resolve(goner(name)), name);
    }

    private static void own(Path root, String name) throws IOException {
        // Not by assertThat, which would print all of it.
        assertThat(Files.exists(root.resolve(name))).as("%s is there", name).isTrue();
        assertThat(Files.readString(root.resolve(name)).equals(text(name)))
                .as("%s is whole", name)
                .isTrue();
        assertThat(root.resolve("d").resolve(name)).hasContent(name);
    }

    private static String text(String name) {
        return name.repeat(REPEATS);
    }

    private static String goner(String name) {
        return "gone-" + name;
    }
}
