package io.gantry.image.archive;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static io.gantry.image.testing.Tars.tar;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Reference;
import io.gantry.image.testing.ImageFiles;
import io.gantry.image.testing.LoadedStore;
import io.gantry.image.testing.Programs;
import io.gantry.image.testing.Tars;
import io.gantry.image.testing.TestImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that other tools make are loaded, and ours are read by them. */
class ForeignToolsTest {
    private static final TestImage IMAGE = TestImage.of(
            "sh",
            tar(
                    dir("bin"),
                    file("bin/sh", "a shell").mode(04755),
                    symlink("sh", "bin/sh"),
                    hardLink("bin/ash", "bin/sh")),
            tar(dir("bin"), whiteout("bin/ash"), file("etc/motd", "hello")));

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"docker-archive", "oci-archive"})
    void skopeosArchivesAreLoaded(String form) throws IOException {
        Programs.assume("skopeo");
        Path ours = write(new ImageFiles()
                .docker(IMAGE, UnaryOperator.identity(), "app:1")
                .tar());
        Path theirs = directory.resolve("theirs.tar");
        skopeo("docker-archive:" + ours, form + ":" + theirs + ":app:2");

        LoadedStore loaded = new LoadedStore(directory.resolve("store"));
        Image image = loaded.load(Files.readAllBytes(theirs)).get(0).image();
        assertThat(image.config().diffIds())
                .containsExactly(
                        Tars.digest(IMAGE.layers().get(0)),
                        Tars.digest(IMAGE.layers().get(1)));
        assertThat(image.config().defaults().cmd()).contains(List.of("sh"));
        assertThat(loaded.names()).containsKeys("app:2");
        loaded.assertHoldsJustItsImages();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-archive", "oci-archive"})
    void skopeoReadsOurArchives(String form) throws IOException {
        Programs.assume("skopeo");
        LoadedStore loaded = new LoadedStore(directory.resolve("store"));
        loaded.load(new ImageFiles().docker(IMAGE, Tars::gzip, "app:1").tar());
        Path saved = directory.resolve("saved.tar");
        try (OutputStream out = Files.newOutputStream(saved)) {
            new ArchiveSaver(loaded.store())
                    .save(
                            List.of(new ArchiveLoader.Loaded(
                                    loaded.image(IMAGE.id()), List.of(Reference.parse("app:1")))),
                            out);
        }
        Path layout = directory.resolve("layout");
        skopeo(form + ":" + saved, "oci:" + layout + ":x");

        LoadedStore again = new LoadedStore(directory.resolve("again"));
        Path packed = directory.resolve("packed.tar");
        Programs.run(directory, "tar", "-C", layout.toString(), "-cf", packed.toString(), ".");
        assertThat(again.load(Files.readAllBytes(packed))
                        .get(0)
                        .image()
                        .config()
                        .diffIds())
                .isEqualTo(loaded.image(IMAGE.id()).config().diffIds());
    }

    @Test
    void umocisLayoutsAreLoaded() throws IOException {
        Programs.assumeRoot();
        Programs.assume("umoci", "tar");
        Path layout = directory.resolve("layout");
        Path bundle = directory.resolve("bundle");
        Programs.run(directory, "umoci", "init", "--layout", layout.toString());
        Programs.run(directory, "umoci", "new", "--image", layout + ":v1");
        Programs.run(directory, "umoci", "unpack", "--image", layout + ":v1", bundle.toString());
        Files.createDirectories(bundle.resolve("rootfs/d"));
        Files.writeString(bundle.resolve("rootfs/d/f"), "hello");
        Programs.run(directory, "umoci", "repack", "--image", layout + ":v2", bundle.toString());
        Files.delete(bundle.resolve("rootfs/d/f"));
        Programs.run(directory, "umoci", "repack", "--refresh-bundle", "--image", layout + ":v3", bundle.toString());
        Programs.run(directory, "umoci", "config", "--image", layout + ":v3", "--config.cmd", "sh");
        Path packed = directory.resolve("packed.tar");
        Programs.run(directory, "tar", "-C", layout.toString(), "-czf", packed.toString(), ".");

        LoadedStore loaded = new LoadedStore(directory.resolve("store"));
        List<ArchiveLoader.Loaded> images = loaded.load(Files.readAllBytes(packed));
        assertThat(images)
                .hasSize(3)
                .allSatisfy(image -> assertThat(image.names()).isEmpty());
        assertThat(images.get(2).image().config().defaults().cmd()).contains(List.of("sh"));
        assertThat(images.get(1).image().layers())
                .singleElement()
                .satisfies(layer -> assertThat(layer.size()).isEqualTo(5));
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void skopeoSeesTheSameConfig() throws IOException {
        Programs.assume("skopeo");
        Path archive = write(new ImageFiles()
                .oci(IMAGE, Tars::gzip, "org.opencontainers.image.ref.name=app:1")
                .tar());
        String seen = Programs.run(directory, "skopeo", "inspect", "--config", "oci-archive:" + archive);
        LoadedStore loaded = new LoadedStore(directory.resolve("store"));
        Image image = loaded.load(Files.readAllBytes(archive)).get(0).image();
        assertThat(new ObjectMapper().readTree(seen).at("/rootfs/diff_ids/0").asText())
                .isEqualTo(image.config().diffIds().stream()
                        .map(Digest::toString)
                        .findFirst()
                        .orElseThrow());
    }

    private void skopeo(String from, String to) throws IOException {
        Programs.run(directory, "skopeo", "--insecure-policy", "copy", from, to);
    }

    private Path write(byte[] archive) throws IOException {
        return Files.write(directory.resolve("ours.tar"), archive);
    }
}
