package io.gantry.image.archive;

import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.Tars.tar;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.Image;
import io.gantry.image.Layer;
import io.gantry.image.MediaTypes;
import io.gantry.image.Reference;
import io.gantry.image.testing.ImageFiles;
import io.gantry.image.testing.LoadedStore;
import io.gantry.image.testing.Tars;
import io.gantry.image.testing.TestImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArchiveLoaderTest {
    private static final UnaryOperator<byte[]> PLAIN = UnaryOperator.identity();
    private static final byte[] BASE = tar(dir("bin"), file("bin/sh", "a shell"));
    private static final byte[] TOP = tar(file("etc/motd", "hello"));
    private static final TestImage ONE = TestImage.of("one", BASE);
    private static final TestImage TWO = TestImage.of("two", BASE, TOP);

    @TempDir
    Path root;

    private LoadedStore loaded;

    @BeforeEach
    void open() throws IOException {
        loaded = new LoadedStore(root);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void everyFormIsRead(String what, byte[] archive, String layerType) throws IOException {
        List<ArchiveLoader.Loaded> result = loaded.load(archive);

        assertThat(result)
                .singleElement()
                .satisfies(one -> assertThat(one.names()).containsExactly(Reference.parse("app:1")));
        Image image = result.get(0).image();
        assertThat(image.id()).isEqualTo(TWO.id());
        assertThat(image.config().raw()).isEqualTo(TWO.config());
        assertThat(image.config().defaults().cmd()).contains(List.of("two"));
        assertThat(image.layers()).extracting(Layer::diffId).containsExactly(Tars.digest(BASE), Tars.digest(TOP));
        assertThat(image.layers()).extracting(Layer::size).containsExactly(7L, 5L);
        assertThat(image.layers()).extracting(layer -> layer.blob().mediaType()).containsOnly(layerType);
        assertThat(loaded.names()).isEqualTo(Map.of("app:1", TWO.id()));
        loaded.assertHoldsJustItsImages();
    }

    static Stream<Arguments> everyFormIsRead() {
        String name = "io.containerd.image.name=docker.io/library/app:1";
        return Stream.of(
                Arguments.of("docker", docker(PLAIN).tar(), MediaTypes.OCI_LAYER),
                Arguments.of("docker, gzip", Tars.gzip(docker(PLAIN).tar()), MediaTypes.OCI_LAYER),
                Arguments.of("docker, zstd", Tars.zstd(docker(PLAIN).tar()), MediaTypes.OCI_LAYER),
                Arguments.of("docker, layers gzip", docker(Tars::gzip).tar(), MediaTypes.OCI_LAYER_GZIP),
                Arguments.of(
                        "docker, layers zstd, all gzip",
                        Tars.gzip(docker(Tars::zstd).tar()),
                        MediaTypes.OCI_LAYER_ZSTD),
                Arguments.of("OCI", new ImageFiles().oci(TWO, PLAIN, name).tar(), MediaTypes.OCI_LAYER),
                Arguments.of(
                        "OCI, zstd",
                        Tars.zstd(new ImageFiles().oci(TWO, PLAIN, name).tar()),
                        MediaTypes.OCI_LAYER),
                Arguments.of(
                        "OCI, layers gzip",
                        new ImageFiles().oci(TWO, Tars::gzip, name).tar(),
                        MediaTypes.OCI_LAYER_GZIP),
                Arguments.of(
                        "OCI, layers zstd",
                        new ImageFiles().oci(TWO, Tars::zstd, name).tar(),
                        MediaTypes.OCI_LAYER_ZSTD),
                Arguments.of(
                        "OCI, Docker's types",
                        new ImageFiles().ociWithDockerTypes(TWO, PLAIN, name).tar(),
                        MediaTypes.DOCKER_LAYER),
                Arguments.of(
                        "OCI, Docker's types, gzip",
                        new ImageFiles()
                                .ociWithDockerTypes(TWO, Tars::gzip, name)
                                .tar(),
                        MediaTypes.DOCKER_LAYER_GZIP),
                Arguments.of(
                        "OCI, named as older tools do",
                        new ImageFiles()
                                .oci(TWO, PLAIN, "org.opencontainers.image.ref.name=app:1")
                                .tar(),
                        MediaTypes.OCI_LAYER),
                Arguments.of(
                        "both in one",
                        new ImageFiles()
                                .oci(TWO, PLAIN, name)
                                .docker(TWO, PLAIN, "app:1")
                                .tar(),
                        MediaTypes.OCI_LAYER));
    }

    private static ImageFiles docker(UnaryOperator<byte[]> compression) {
        return new ImageFiles().docker(TWO, compression, "app:1");
    }

    @Test
    void severalImagesWithSharedLayersAndManyNames() throws IOException {
        byte[] archive = new ImageFiles()
                .docker(ONE, PLAIN, "app:1", "reg.example.com:5000/me/app:x")
                .docker(TWO, PLAIN)
                .tar();
        assertThat(loaded.load(archive)).extracting(one -> one.image().id()).containsExactly(ONE.id(), TWO.id());
        assertThat(loaded.names()).isEqualTo(Map.of("app:1", ONE.id(), "reg.example.com:5000/me/app:x", ONE.id()));
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void oneImageUnderSeveralNamesOfAnIndex() throws IOException {
        ImageFiles files = new ImageFiles();
        String descriptor = files.addManifest(ONE, Tars::gzip, true);
        files.index(descriptor, "io.containerd.image.name=docker.io/library/app:1")
                .index(descriptor, "io.containerd.image.name=docker.io/library/app:2")
                .index(descriptor, "org.opencontainers.image.ref.name=latest")
                .index(descriptor, "org.opencontainers.image.ref.name=Not/A Name:");
        assertThat(loaded.load(files.tar())).hasSize(1);
        assertThat(loaded.names().keySet()).containsExactly("app:1", "app:2");
    }

    @Test
    void ofAnIndexForSeveralPlatformsTheOneThatFitsIsTaken() throws IOException {
        ImageFiles files = new ImageFiles();
        TestImage arm = TestImage.of("arm64", "arm", TOP);
        String nested = files.nestedIndex(
                ImageFiles.forPlatform(files.addManifest(arm, PLAIN, true), "linux", "arm64"),
                ImageFiles.forPlatform(files.addManifest(ONE, PLAIN, true), "linux", "amd64"));
        files.index(files.nestedIndex(nested), "io.containerd.image.name=docker.io/library/app:1");

        loaded.load(files.tar());
        assertThat(loaded.names()).isEqualTo(Map.of("app:1", ONE.id()));
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void anIndexWithoutTheMachinesPlatformSaysWhatItHas() throws IOException {
        ImageFiles files = new ImageFiles();
        TestImage arm = TestImage.of("arm64", "arm", TOP);
        files.index(files.nestedIndex(ImageFiles.forPlatform(files.addManifest(arm, PLAIN, true), "linux", "arm64")));
        assertThatThrownBy(() -> loaded.load(files.tar()))
                .hasMessage("the archive has no image for linux/amd64; it has [linux/arm64]");
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void whatIsNoContainerImageIsPassedOver() throws IOException {
        ImageFiles files = new ImageFiles().oci(ONE, PLAIN, "io.containerd.image.name=docker.io/library/app:1");
        byte[] chart = "chart".getBytes(UTF_8);
        byte[] artefact = ("{\"schemaVersion\":2,\"config\":"
                        + ImageFiles.descriptor("application/vnd.cncf.helm.config.v1+json", chart) + ",\"layers\":[]}")
                .getBytes(UTF_8);
        files.blob(chart).blob(artefact).index(ImageFiles.descriptor(MediaTypes.OCI_MANIFEST, artefact));
        assertThat(loaded.load(files.tar())).hasSize(1);
        loaded.assertHoldsJustItsImages();
    }

    /** {@code docker save} of old linked equal layers to each other. */
    @Test
    void layersMayBeLinksWithinTheArchive() throws IOException {
        ImageFiles files = new ImageFiles().docker(TWO, PLAIN, "app:1").docker(ONE, PLAIN);
        List<String> layers = files.paths(".*/layer.tar");
        files.put(layers.get(2), symlink(layers.get(2), "../" + layers.get(0)));
        assertThat(loaded.load(files.tar())).hasSize(2);

        ImageFiles hard = new ImageFiles().docker(TWO, PLAIN, "app:1").docker(ONE, PLAIN);
        hard.put(layers.get(2), hardLink(layers.get(2), layers.get(0)));
        assertThat(loaded.load(hard.tar())).hasSize(2);
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void blobsThatTheArchiveLeavesOutMayBeInTheStore() throws IOException {
        ImageFiles files = new ImageFiles().oci(TWO, Tars::gzip, "io.containerd.image.name=docker.io/library/app:1");
        loaded.load(files.tar());
        ImageFiles second = new ImageFiles().oci(TWO, Tars::gzip, "io.containerd.image.name=docker.io/library/app:2");
        second.remove(ImageFiles.blobPath(Tars.digest(Tars.gzip(BASE))));
        second.remove(ImageFiles.blobPath(TWO.id()));
        assertThat(loaded.load(second.tar()).get(0).image()).isEqualTo(loaded.image(TWO.id()));
        assertThat(loaded.names()).containsOnlyKeys("app:1", "app:2");
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void anImageMayHaveNoLayersAndEmptyOnes() throws IOException {
        TestImage none = TestImage.of("none");
        TestImage empty = TestImage.of("empty", tar(), tar());
        loaded.load(new ImageFiles()
                .docker(none, PLAIN, "none:1")
                .docker(empty, PLAIN, "empty:1")
                .tar());
        assertThat(loaded.image(none.id()).layers()).isEmpty();
        assertThat(loaded.image(empty.id()).layers()).hasSize(2);
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void loadingTwiceChangesNothing() throws IOException {
        byte[] archive = docker(Tars::gzip).tar();
        Image first = loaded.load(archive).get(0).image();
        assertThat(loaded.load(archive).get(0).image()).isEqualTo(first);
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void theStreamIsReadToItsEndAndStaysOpen() throws IOException {
        byte[] archive = Tars.concat(docker(PLAIN).tar(), new byte[100_000]);
        CountingStream in = new CountingStream(archive);
        new ArchiveLoader(loaded.store()).load(in, LoadedStore.AMD64, loaded);
        assertThat(in.available()).isZero();
        assertThat(in.closed).isFalse();
    }

    private static final class CountingStream extends java.io.ByteArrayInputStream {
        private boolean closed;

        CountingStream(byte[] bytes) {
            super(bytes);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
