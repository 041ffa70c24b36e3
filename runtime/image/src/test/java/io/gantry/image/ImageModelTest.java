package io.gantry.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.ContainerDefaults.Healthcheck;
import io.gantry.image.ImageFormatException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageModelTest {
    private static final Digest ONE = Digest.of(new byte[] {1});
    private static final Digest TWO = Digest.of(new byte[] {2});
    private static final Platform AMD64 = new Platform("linux", "amd64", Optional.empty());

    @Test
    void aConfigIsReadWithEverythingDockerPutsIn() throws ImageFormatException {
        byte[] json = """
                {"architecture":"arm","variant":"v7","os":"linux","created":"2024-05-06T07:08:09.123456789Z","author":"me",
                 "config":{"User":"1:2","ExposedPorts":{"80/tcp":{},"53/udp":{}},"Env":["A=b"],"Entrypoint":["/e"],"Cmd":"single",
                  "Volumes":{"/data":{}},"WorkingDir":"/w","Labels":{"k":"v","n":null},"StopSignal":"SIGQUIT","OnBuild":["RUN x"],
                  "Shell":["/bin/sh"],"Healthcheck":{"Test":["CMD","x"],"Interval":1000000000,"Retries":3},"ArgsEscaped":true},
                 "rootfs":{"type":"layers","diff_ids":["%s"]},
                 "history":[{"created":"2024-01-01T00:00:00+02:00","created_by":"ADD","comment":"c"},{"empty_layer":true,"author":"a"}],
                 "container_config":{"Hostname":"x"},"docker_version":"20.10"}
                """.formatted(ONE).getBytes(UTF_8);
        ImageConfig config = ImageConfig.parse(json);

        assertThat(config.id()).isEqualTo(Digest.of(json));
        assertThat(config.raw()).isEqualTo(json);
        assertThat(config.platform()).hasToString("linux/arm/v7");
        assertThat(config.created()).contains(Instant.parse("2024-05-06T07:08:09.123456789Z"));
        assertThat(config.diffIds()).containsExactly(ONE);
        assertThat(config.history())
                .containsExactly(
                        new History(Optional.of(Instant.parse("2023-12-31T22:00:00Z")), "ADD", "", "c", false),
                        new History(Optional.empty(), "", "a", "", true));
        assertThat(config.defaults())
                .isEqualTo(new ContainerDefaults(
                        "1:2",
                        List.of("80/tcp", "53/udp"),
                        List.of("A=b"),
                        Optional.of(List.of("/e")),
                        Optional.of(List.of("single")),
                        List.of("/data"),
                        "/w",
                        Map.of("k", "v", "n", ""),
                        "SIGQUIT",
                        Optional.of(new Healthcheck(
                                List.of("CMD", "x"),
                                Duration.ofSeconds(1),
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                3)),
                        List.of("/bin/sh"),
                        List.of("RUN x")));
        assertThat(config.json().at("/container_config/Hostname").asText()).isEqualTo("x");
    }

    @Test
    void aConfigThatIsWrittenIsReadBack() throws ImageFormatException {
        ContainerDefaults defaults = new ContainerDefaults(
                "u",
                List.of("80/tcp"),
                List.of("A=b"),
                Optional.of(List.of()),
                Optional.of(List.of("c")),
                List.of("/v"),
                "/w",
                Map.of("k", "v"),
                "SIGINT",
                Optional.of(new Healthcheck(
                        List.of("NONE"), Duration.ofMillis(1), Duration.ofMillis(2), Duration.ZERO, Duration.ZERO, 2)),
                List.of("sh"),
                List.of("RUN"));
        History step = new History(Optional.of(Instant.EPOCH), "by", "author", "comment", true);
        ImageConfig config = ImageConfig.create(AMD64, Instant.EPOCH, "me", defaults, List.of(ONE, TWO), List.of(step));
        ImageConfig read = ImageConfig.parse(config.raw());

        assertThat(read).isEqualTo(config).hasSameHashCodeAs(config);
        assertThat(read.defaults()).isEqualTo(defaults);
        assertThat(read.history()).containsExactly(step);
        assertThat(read.diffIds()).containsExactly(ONE, TWO);
        assertThat(read.author()).isEqualTo("me");
        assertThat(ImageConfig.create(AMD64, Instant.EPOCH, "me", defaults, List.of(ONE, TWO), List.of(step))
                        .raw())
                .isEqualTo(config.raw());
    }

    @Test
    void anImageMayHaveAnEmptyConfig() throws ImageFormatException {
        ImageConfig config = ImageConfig.parse(json("{'rootfs':{'type':'layers','diff_ids':null},'config':null}"));
        assertThat(config.defaults()).isEqualTo(ContainerDefaults.none());
        assertThat(config.diffIds()).isEmpty();
        assertThat(config.created()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{'rootfs':[]}",
                "{'rootfs':{'type':'squashfs'}}",
                "{'rootfs':{'diff_ids':['sha256:12']}}",
                "{'rootfs':{'diff_ids':['../../x']}}",
                "{'rootfs':{'diff_ids':[null]}}",
                "{'rootfs':{'diff_ids':{}}}",
                "{'rootfs':{},'created':'yesterday'}",
                "{'rootfs':{},'config':'x'}",
                "{'rootfs':{},'config':{'Env':[1]}}",
                "{'rootfs':{},'config':{'Env':{}}}",
                "{'rootfs':{},'config':{'Labels':{'a':1}}}",
                "{'rootfs':{},'config':{'Healthcheck':{'Interval':1.5}}}",
                "{'rootfs':{},'config':{'Healthcheck':{'Retries':9223372036854775808}}}",
                "{'rootfs':{},'history':[1]}",
                "{'rootfs':{},'history':[{'empty_layer':'yes'}]}",
                "{'rootfs':{},'os':7}",
            })
    void whatIsNoConfigIsRefused(String text) {
        assertThatThrownBy(() -> ImageConfig.parse(json(text)))
                .isInstanceOf(ImageFormatException.class)
                .hasMessageMatching("(?s).*(image config|image JSON|rootfs).*");
    }

    @Test
    void deepAndLargeDocumentsAreRefused() {
        assertThatThrownBy(() -> ImageConfig.parse(json("{'a':" + "[".repeat(200_000))))
                .isInstanceOf(ImageFormatException.class);
        assertThatThrownBy(() -> ImageConfig.parse(new byte[ImageConfig.LARGEST + 1]))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT));
        assertThatThrownBy(() -> Manifest.parse(new byte[Manifest.LARGEST + 1]))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT));
    }

    @Test
    void manifestsAndIndexesAreReadAndWritten() throws ImageFormatException {
        for (String type : List.of(MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST)) {
            Manifest manifest = new Manifest(
                    type,
                    Descriptor.of(MediaTypes.OCI_CONFIG, ONE, 3),
                    List.of(Descriptor.of(MediaTypes.OCI_LAYER, TWO, 4)),
                    Map.of("a", "b"));
            assertThat(Manifest.parse(manifest.toJson())).isEqualTo(manifest);
        }
        Index index = new Index(
                MediaTypes.OCI_INDEX,
                List.of(Descriptor.of(MediaTypes.OCI_MANIFEST, ONE, 3)
                        .withPlatform(new Platform("linux", "arm", Optional.of("v6")))
                        .withAnnotations(Map.of("x", "y"))),
                Map.of("c", "d"));
        assertThat(Index.parse(index.toJson())).isEqualTo(index);
    }

    /** CVE-2021-41190: one document that two readers take for different things. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schemaVersion':2,'config':CONFIG,'layers':[],'manifests':[]}",
                "{'schemaVersion':2,'mediaType':'application/vnd.oci.image.index.v1+json','config':CONFIG,'layers':[]}",
                "{'schemaVersion':1,'config':CONFIG}",
                "{'schemaVersion':2,'layers':[]}",
                "{'schemaVersion':2,'config':{'digest':'sha256:../..'},'layers':[]}",
                "{'schemaVersion':2,'config':{'size':-1,'digest':'DIGEST'},'layers':[]}",
                "{'schemaVersion':2,'config':CONFIG,'layers':['x']}",
            })
    void whatIsNoManifestIsRefused(String text) {
        byte[] json =
                json(text.replace("CONFIG", "{'digest':'DIGEST','size':1}").replace("DIGEST", ONE.toString()));
        assertThatThrownBy(() -> Manifest.parse(json)).isInstanceOf(ImageFormatException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'manifests':[],'config':{}}",
                "{'manifests':[],'layers':[]}",
                "{'mediaType':'application/vnd.oci.image.manifest.v1+json','manifests':[]}",
                "{'manifests':{}}",
            })
    void whatIsNoIndexIsRefused(String text) {
        assertThatThrownBy(() -> Index.parse(json(text))).isInstanceOf(ImageFormatException.class);
    }

    @Test
    void anIndexGivesTheBestPlatformFirstAndNoAttestations() {
        Descriptor other = of(1, "linux/arm64");
        Descriptor fits = of(2, "linux/amd64");
        Descriptor unnamed = Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.of(new byte[] {3}), 1);
        Descriptor attestation =
                of(4, "linux/amd64").withAnnotations(Map.of("vnd.docker.reference.type", "attestation-manifest"));
        Index index = new Index(MediaTypes.OCI_INDEX, List.of(unnamed, attestation, other, fits), Map.of());

        assertThat(index.matching(AMD64, descriptor -> true)).containsExactly(fits, unnamed);
        assertThat(index.matching(AMD64, descriptor -> !descriptor.equals(fits)))
                .containsExactly(unnamed);
    }

    private static Descriptor of(int number, String platform) {
        return Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.of(new byte[] {(byte) number}), 1)
                .withPlatform(Platform.parse(platform));
    }

    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64, 0",
        "linux/x86_64, linux/amd64, 0",
        "amd64, linux/amd64/v1, 0",
        "linux/arm64, linux/aarch64/v8, 0",
        "linux/arm/v7, linux/arm/v6, 1",
        "linux/arm/v6, linux/arm/v7, -1",
        "linux/arm, linux/armhf, 0",
        "linux/amd64, linux/arm64, -1",
        "linux/amd64, windows/amd64, -1",
        "linux/amd64/v3, linux/amd64, 1",
        "linux/amd64, linux/amd64/v3, -1",
    })
    void platformsFitOrNot(String wanted, String offered, int fit) {
        assertThat(Platform.parse(wanted).fit(Platform.parse(offered))).isEqualTo(fit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "linux/", "a/b/c/d", "linux//v7"})
    void whatIsNoPlatformIsRefused(String text) {
        assertThatThrownBy(() -> Platform.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("os/arch[/variant]");
    }

    /** The example of the OCI image specification's section "Layer ChainID": one layer is its own chain. */
    @Test
    void chainIdsNameWholeStacks() {
        assertThat(ChainId.allOf(List.of())).isEmpty();
        Digest both = Digest.of((ONE + " " + TWO).getBytes(UTF_8));
        assertThat(ChainId.allOf(List.of(ONE, TWO, ONE)))
                .containsExactly(ONE, both, Digest.of((both + " " + ONE).getBytes(UTF_8)));
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }
}
