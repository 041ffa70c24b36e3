package io.gantry.image.archive;

import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.Tars.gzip;
import static io.gantry.image.testing.Tars.tar;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.Image;
import io.gantry.image.ImageFormatException;
import io.gantry.image.Reference;
import io.gantry.image.tar.TarReader;
import io.gantry.image.testing.ImageFiles;
import io.gantry.image.testing.LoadedStore;
import io.gantry.image.testing.Tars;
import io.gantry.image.testing.TestImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveSaverTest {
    private static final byte[] BASE = tar(file("bin/sh", "a shell"));
    private static final TestImage ONE = TestImage.of("one", BASE);
    private static final TestImage TWO = TestImage.of("two", BASE, tar(file("f", "x")));

    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    void whatIsSavedAndLoadedIsTheSame() throws IOException {
        LoadedStore from = new LoadedStore(first);
        from.load(new ImageFiles()
                .docker(ONE, Tars::zstd, "app:1", "reg.example.com/app:2")
                .tar());
        from.load(new ImageFiles()
                .ociWithDockerTypes(TWO, Tars::gzip, "io.containerd.image.name=docker.io/library/two:x")
                .tar());
        List<ArchiveLoader.Loaded> images = List.of(
                new ArchiveLoader.Loaded(from.image(ONE.id()), List.of(name("app:1"), name("reg.example.com/app:2"))),
                new ArchiveLoader.Loaded(from.image(TWO.id()), List.of()));
        byte[] saved = save(from, images);

        LoadedStore to = new LoadedStore(second);
        assertThat(to.load(saved)).isEqualTo(images);
        assertThat(to.ids()).containsExactly(ONE.id(), TWO.id());
        assertThat(to.image(TWO.id()).manifest()).isEqualTo(from.image(TWO.id()).manifest());
        to.assertHoldsJustItsImages();
        assertThat(save(to, images)).as("saved again").isEqualTo(saved);
    }

    /** Docker before 25 knows {@code manifest.json} only. */
    @Test
    void olderDockersFindWhatTheyLookFor() throws IOException {
        LoadedStore from = new LoadedStore(first);
        from.load(
                new ImageFiles().docker(TWO, UnaryOperator.identity(), "app:1").tar());
        Map<String, byte[]> files =
                files(save(from, List.of(new ArchiveLoader.Loaded(from.image(TWO.id()), List.of(name("app:1"))))));

        JsonNode item = new ObjectMapper().readTree(files.get("manifest.json")).get(0);
        assertThat(item.get("RepoTags").get(0).asText()).isEqualTo("app:1");
        assertThat(files.get(item.get("Config").asText())).isEqualTo(TWO.config());
        for (int i = 0; i < 2; i++) {
            assertThat(files.get(item.get("Layers").get(i).asText()))
                    .isEqualTo(TWO.layers().get(i));
        }
        assertThat(new String(files.get("oci-layout"), UTF_8)).isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");
        files.remove("index.json");
        assertThat(files).containsKeys("blobs/", "blobs/sha256/");
    }

    @Test
    void whatIsIncompleteDoesNotLookWhole() throws IOException {
        LoadedStore from = new LoadedStore(first);
        from.load(
                new ImageFiles().docker(TWO, UnaryOperator.identity(), "app:1").tar());
        Image image = from.image(TWO.id());
        from.store().delete(image.manifest().digest());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() ->
                        new ArchiveSaver(from.store()).save(List.of(new ArchiveLoader.Loaded(image, List.of())), out))
                .isInstanceOf(ImageFormatException.class)
                .hasMessageContaining("is not in the store");
        byte[] written = out.toByteArray();
        byte[] end = java.util.Arrays.copyOfRange(written, Math.max(0, written.length - 1024), written.length);
        assertThat(end).isNotEqualTo(new byte[1024]);
    }

    @Test
    void aRootFileSystemBecomesAnImage() throws IOException {
        LoadedStore store = new LoadedStore(first);
        RootfsImporter.Request request = new RootfsImporter.Request(
                LoadedStore.AMD64,
                io.gantry.image.ContainerDefaults.none().with(List.of("A=b"), List.of("sh")),
                "imported",
                java.time.Instant.parse("2024-01-02T03:04:05Z"));
        for (byte[] archive : List.of(BASE, gzip(BASE), Tars.zstd(BASE))) {
            Image image = new RootfsImporter(store.store())
                    .importRootfs(new ByteArrayInputStream(archive), request, List.of(name("r:1")), store);
            assertThat(image.layers()).singleElement().satisfies(layer -> {
                assertThat(layer.diffId()).isEqualTo(Tars.digest(BASE));
                assertThat(layer.size()).isEqualTo(7);
                assertThat(layer.blob().digest()).isEqualTo(Tars.digest(archive));
            });
            assertThat(image.config().defaults().cmd()).contains(List.of("sh"));
            assertThat(image.config().history().get(0).comment()).isEqualTo("imported");
            assertThat(store.names()).containsEntry("r:1", image.id());
        }
        LoadedStore to = new LoadedStore(second);
        Image image = store.image(store.ids().get(0));
        assertThat(to.load(save(store, List.of(new ArchiveLoader.Loaded(image, List.of()))))
                        .get(0)
                        .image()
                        .id())
                .isEqualTo(image.id());
    }

    @Test
    void whatIsNoRootFileSystemIsNotImported() throws IOException {
        LoadedStore store = new LoadedStore(first);
        RootfsImporter.Request request = new RootfsImporter.Request(
                LoadedStore.AMD64, io.gantry.image.ContainerDefaults.none(), "", java.time.Instant.EPOCH);
        for (byte[] archive : List.of(
                "hello".getBytes(UTF_8),
                java.util.Arrays.copyOf(BASE, 700),
                java.util.Arrays.copyOf(gzip(BASE), 50),
                "BZh91AY&SY".getBytes(UTF_8),
                new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0})) {
            assertThatThrownBy(() -> new RootfsImporter(store.store())
                            .importRootfs(new ByteArrayInputStream(archive), request, List.of(), store))
                    .isInstanceOf(ImageFormatException.class);
            assertThat(store.files()).isEmpty();
        }
    }

    private static Reference name(String text) {
        return Reference.parse(text);
    }

    private static byte[] save(LoadedStore from, List<ArchiveLoader.Loaded> images) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ArchiveSaver(from.store()).save(images, out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> files(byte[] archive) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(archive));
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            files.put(next.get().name(), reader.content().readAllBytes());
        }
        return files;
    }
}
