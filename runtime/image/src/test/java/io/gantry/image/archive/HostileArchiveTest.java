package io.gantry.image.archive;

import static io.gantry.image.testing.ImageFiles.blobPath;
import static io.gantry.image.testing.ImageFiles.descriptor;
import static io.gantry.image.testing.ImageFiles.dockerItem;
import static io.gantry.image.testing.ImageFiles.indexOf;
import static io.gantry.image.testing.TarItem.character;
import static io.gantry.image.testing.TarItem.fifo;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.Tars.concat;
import static io.gantry.image.testing.Tars.gzip;
import static io.gantry.image.testing.Tars.tar;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.MediaTypes;
import io.gantry.image.NoSpaceException;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.testing.ImageFiles;
import io.gantry.image.testing.LoadedStore;
import io.gantry.image.testing.SmallDisk;
import io.gantry.image.testing.TarItem;
import io.gantry.image.testing.Tars;
import io.gantry.image.testing.TestImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that are damaged or made to harm: each gives one clear error and leaves nothing in the store, not even half a file. */
class HostileArchiveTest {
    private static final UnaryOperator<byte[]> PLAIN = UnaryOperator.identity();
    private static final byte[] BASE = tar(file("bin/sh", "a shell"));
    private static final byte[] TOP = tar(file("etc/motd", "hello"));
    private static final TestImage IMAGE = TestImage.of("one", BASE, TOP);
    private static final TestImage OTHER = TestImage.of("other", TOP);
    private static final String NAME = "io.containerd.image.name=docker.io/library/app:1";
    private static final String CONFIG = IMAGE.id().hex() + ".json";

    @TempDir
    Path root;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"archives", "dockerArchives", "ociLayouts"})
    void isRefusedAndLeavesNothing(String what, byte[] archive, Kind kind, String message) throws IOException {
        LoadedStore loaded = new LoadedStore(root);
        ImageFormatException refusal = catchThrowableOfType(ImageFormatException.class, () -> loaded.load(archive));

        assertThat(refusal).as("the archive is refused").isNotNull().hasMessageContaining(message);
        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.remedy() + refusal.getMessage())
                .as("says what to do")
                .containsPattern("again|not use it|import|decompress|pull");
        assertThat(loaded.ids()).isEmpty();
        assertThat(loaded.files()).isEmpty();
    }

    static Stream<Arguments> archives() {
        byte[] good = docker().tar();
        byte[] gzip = gzip(good);
        byte[] random = new byte[4096];
        new java.util.Random(7).nextBytes(random);
        return Stream.of(
                Arguments.of("nothing at all", new byte[0], Kind.UNSUPPORTED, "unrecognized image format"),
                Arguments.of("an empty archive", tar(), Kind.UNSUPPORTED, "unrecognized image format"),
                Arguments.of("no archive", "hello, world".getBytes(UTF_8), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of("random bytes", random, Kind.CORRUPT, "invalid tar header"),
                Arguments.of("a root file system", BASE, Kind.UNSUPPORTED, "loaded with import"),
                Arguments.of(
                        "cut in the middle",
                        Arrays.copyOf(good, good.length / 2 + 100),
                        Kind.TRUNCATED,
                        "unexpected EOF"),
                Arguments.of(
                        "gzip cut in the middle",
                        Arrays.copyOf(gzip, gzip.length / 2),
                        Kind.TRUNCATED,
                        "unexpected EOF"),
                Arguments.of(
                        "gzip cut before its checksum",
                        Arrays.copyOf(gzip, gzip.length - 5),
                        Kind.TRUNCATED,
                        "unexpected EOF"),
                Arguments.of("gzip of something else", gzip("hello".getBytes(UTF_8)), Kind.TRUNCATED, "unexpected EOF"),
                Arguments.of(
                        "xz",
                        new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 0},
                        Kind.UNSUPPORTED,
                        "decompress it first"),
                Arguments.of(
                        "damaged behind a valid start",
                        concat(Tars.unended(file("a", "")), random),
                        Kind.CORRUPT,
                        "invalid tar header"),
                refused(
                        "a name that leaves the archive",
                        Kind.ESCAPE,
                        "outside of the archive",
                        docker().put("x", file("../../etc/cron.d/x", "evil"))),
                refused(
                        "a link that leaves the archive",
                        Kind.ESCAPE,
                        "outside of the archive",
                        docker().put("x", symlink("x", "../../etc/passwd"))),
                refused(
                        "a hard link that leaves the archive",
                        Kind.ESCAPE,
                        "outside of the archive",
                        docker().put("x", hardLink("x", "../etc/passwd"))),
                refused("a device", Kind.CORRUPT, "is a device or FIFO", docker().put("x", character("x", 1, 3))),
                refused("a FIFO", Kind.CORRUPT, "is a device or FIFO", docker().put("x", fifo("x"))),
                refused(
                        "one path, two contents",
                        Kind.CORRUPT,
                        "two different entries",
                        docker().put("again", file("./manifest.json", "[]"))),
                refused(
                        "one path, file and link",
                        Kind.CORRUPT,
                        "two different entries",
                        docker().put("again", symlink("manifest.json", CONFIG))));
    }

    static Stream<Arguments> dockerArchives() {
        List<String> layers = docker().paths(".*/layer.tar");
        String deep = "[".repeat(100_000);
        return Stream.of(
                refused("no list", Kind.CORRUPT, "manifest.json is not", docker().manifest("{}")),
                refused("no JSON", Kind.CORRUPT, "manifest.json is not", docker().manifest("[{")),
                refused("null", Kind.CORRUPT, "manifest.json is not", docker().manifest("null")),
                refused("a list of null", Kind.CORRUPT, "manifest.json is not", docker().manifest("[null]")),
                refused(
                        "null among the layers",
                        Kind.CORRUPT,
                        "manifest.json is not",
                        docker().manifest("[{\"Config\":\"" + CONFIG + "\",\"Layers\":[null,null]}]")),
                refused(
                        "null among the tags",
                        Kind.CORRUPT,
                        "manifest.json is not",
                        docker().manifest("[{\"Config\":\"" + CONFIG + "\",\"RepoTags\":[null],\"Layers\":[]}]")),
                refused("an empty list", Kind.MISSING, "no image", docker().manifest("[]")),
                refused("deep JSON", Kind.CORRUPT, "manifest.json is not", docker().manifest(deep)),
                refused(
                        "a huge manifest",
                        Kind.LIMIT,
                        "manifest.json has 5242880 bytes; at most 4194304",
                        docker().put("manifest.json", new byte[5 << 20])),
                refused("no config named", Kind.CORRUPT, "has no Config", docker().manifest("[{\"Layers\":[]}]")),
                refused(
                        "a config outside",
                        Kind.ESCAPE,
                        "../../etc/passwd",
                        docker().manifest("[" + dockerItem("../../etc/passwd", List.of(), layers) + "]")),
                refused(
                        "a layer outside",
                        Kind.ESCAPE,
                        "../../../etc/shadow",
                        docker().manifest("["
                                + dockerItem(CONFIG, List.of(), List.of(layers.get(0), "../../../etc/shadow")) + "]")),
                refused(
                        "a layer by an absolute name of the machine",
                        Kind.MISSING,
                        "no file \"/etc/passwd\"",
                        docker().manifest("[" + dockerItem(CONFIG, List.of(), List.of(layers.get(0), "/etc/passwd"))
                                + "]")),
                refused(
                        "a layer that is a link to nowhere",
                        Kind.MISSING,
                        "no file",
                        docker().put(layers.get(1), symlink(layers.get(1), "/etc/passwd"))),
                refused(
                        "a layer that is a link to itself",
                        Kind.CORRUPT,
                        "leads in circles",
                        docker().put(layers.get(1), symlink(layers.get(1), "layer.tar"))),
                refused(
                        "a layer that is missing",
                        Kind.MISSING,
                        "the archive has no file \"" + layers.get(1),
                        docker().remove(layers.get(1))),
                refused(
                        "a config that is missing",
                        Kind.MISSING,
                        "the archive has no file \"" + CONFIG,
                        docker().remove(CONFIG)),
                refused(
                        "a config that is none",
                        Kind.CORRUPT,
                        "no RootFS key",
                        docker().put(CONFIG, "{}".getBytes(UTF_8))),
                refused("a config that is huge", Kind.LIMIT, "at most", docker().put(CONFIG, new byte[9 << 20])),
                refused(
                        "too few layers",
                        Kind.CORRUPT,
                        "layer length mismatch: expected 2, got 1",
                        docker().manifest("[" + dockerItem(CONFIG, List.of(), layers.subList(0, 1)) + "]")),
                refused(
                        "layers in the wrong order",
                        Kind.DIGEST_MISMATCH,
                        "invalid diffID for layer 0",
                        docker().manifest("[" + dockerItem(CONFIG, List.of(), reversed(layers)) + "]")),
                refused(
                        "another layer than promised",
                        Kind.DIGEST_MISMATCH,
                        "invalid diffID for layer 1: expected \"" + Tars.digest(TOP),
                        docker().put(layers.get(1), tar(file("evil", "")))),
                refused(
                        "another compressed layer than promised",
                        Kind.DIGEST_MISMATCH,
                        "invalid diffID for layer 1",
                        docker().put(layers.get(1), gzip(tar(file("evil", ""))))),
                refused(
                        "a layer that is no archive",
                        Kind.CORRUPT,
                        "invalid tar header",
                        dockerOf("x".repeat(2048).getBytes(UTF_8), PLAIN)),
                refused(
                        "a compressed layer that is no archive",
                        Kind.CORRUPT,
                        "invalid tar header",
                        dockerOf("x".repeat(2048).getBytes(UTF_8), Tars::gzip)),
                refused(
                        "a layer that ends early",
                        Kind.TRUNCATED,
                        "unexpected EOF",
                        dockerOf(Arrays.copyOf(BASE, 700), PLAIN)),
                refused(
                        "a compressed layer that ends early",
                        Kind.TRUNCATED,
                        "gzip data ends early",
                        docker().put(layers.get(1), Arrays.copyOf(gzip(TOP), 40))),
                refused(
                        "a layer compressed with bzip2",
                        Kind.UNSUPPORTED,
                        "decompress it first",
                        docker().put(layers.get(1), "BZh91AY&SY".getBytes(UTF_8))),
                refused(
                        "a tag that is none",
                        Kind.CORRUPT,
                        "invalid tag \"App:1\"",
                        new ImageFiles().docker(IMAGE, PLAIN, "App:1")),
                refused(
                        "a name without tag",
                        Kind.CORRUPT,
                        "invalid tag \"app\"",
                        new ImageFiles().docker(IMAGE, PLAIN, "app")),
                refused(
                        "a tag with a digest",
                        Kind.CORRUPT,
                        "invalid tag",
                        new ImageFiles().docker(IMAGE, PLAIN, "app:1@" + IMAGE.id())),
                refused(
                        "a tag without end",
                        Kind.CORRUPT,
                        "invalid tag",
                        new ImageFiles().docker(IMAGE, PLAIN, "a" + ".b".repeat(100_000) + ":1")),
                refused(
                        "a good image, then one that is not",
                        Kind.MISSING,
                        "the archive has no file \"nothing\"",
                        docker().manifest("[" + dockerItem(CONFIG, List.of("app:1"), layers) + ","
                                + dockerItem("nothing", List.of(), List.of()) + "]")));
    }

    static Stream<Arguments> ociLayouts() {
        String layer = blobPath(Tars.digest(TOP));
        String config = blobPath(IMAGE.id());
        ImageFiles wrong = new ImageFiles()
                .oci(TestImage.withDiffIds("amd64", "x", List.of(Tars.digest(BASE)), TOP), Tars::gzip, NAME);
        ImageFiles wrongPlain =
                new ImageFiles().oci(TestImage.withDiffIds("amd64", "x", List.of(Tars.digest(BASE)), TOP), PLAIN, NAME);
        byte[] absent = "absent".getBytes(UTF_8);
        return Stream.of(
                refused(
                        "content that is not its digest's",
                        Kind.DIGEST_MISMATCH,
                        "has the digest",
                        oci().put(layer, tar(file("evil", "")))),
                refused(
                        "a layer that is missing",
                        Kind.MISSING,
                        "neither in the archive nor in the content store",
                        oci().remove(layer)),
                refused("a config that is missing", Kind.MISSING, "neither in the archive nor", oci().remove(config)),
                refused(
                        "a manifest that is missing",
                        Kind.MISSING,
                        "neither in the archive nor",
                        oci().indexJson(indexOf(descriptor(MediaTypes.OCI_MANIFEST, absent)))),
                refused(
                        "a blob that is a link to another",
                        Kind.DIGEST_MISMATCH,
                        "has the digest",
                        oci().put(layer, symlink(layer, "../../" + config))),
                refused(
                        "a blob that is a link to the machine",
                        Kind.MISSING,
                        "neither in the archive nor",
                        oci().put(layer, symlink(layer, "/etc/passwd"))),
                refused(
                        "a compressed layer with a wrong diff id",
                        Kind.DIGEST_MISMATCH,
                        "invalid diffID for layer 0",
                        wrong),
                refused(
                        "a plain layer with a wrong diff id",
                        Kind.DIGEST_MISMATCH,
                        "invalid diffID for layer 0",
                        wrongPlain),
                refused(
                        "a layer that is no archive",
                        Kind.CORRUPT,
                        "invalid tar header",
                        new ImageFiles().oci(TestImage.of("x", "x".repeat(2048).getBytes(UTF_8)), PLAIN, NAME)),
                refused(
                        "a wrong size",
                        Kind.DIGEST_MISMATCH,
                        "bytes, not",
                        oci().indexJson(oneImage(oci()).replaceAll("\"size\":\\d+", "\"size\":7"))),
                refused(
                        "a digest with a path in it",
                        Kind.CORRUPT,
                        "wrong digest \"sha256:../../../etc/passwd\"",
                        oci().indexJson(indexOf("{\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}"))),
                refused(
                        "another algorithm",
                        Kind.CORRUPT,
                        "unsupported digest algorithm",
                        oci().indexJson(indexOf("{\"digest\":\"sha512:" + "a".repeat(128) + "\",\"size\":1}"))),
                refused("an index that is no JSON", Kind.CORRUPT, "not valid JSON", oci().indexJson("{")),
                refused(
                        "an index that is a manifest as well",
                        Kind.CORRUPT,
                        "its meaning is open",
                        oci().indexJson("{\"manifests\":[],\"layers\":[]}")),
                refused("a huge index", Kind.LIMIT, "at most 4194304", oci().put("index.json", new byte[5 << 20])),
                refused("an empty index", Kind.MISSING, "no image", oci().indexJson("{\"manifests\":[]}")),
                refused("a manifest that is an index", Kind.CORRUPT, "its meaning is open", misnamed(oci())),
                refused("an index deep within indexes", Kind.LIMIT, "too deep", deep(oci(), 8)),
                refused("a layer of an unknown type", Kind.UNSUPPORTED, "unknown type", unknownLayer(oci())));
    }

    private static String oneImage(ImageFiles files) {
        return indexOf(files.addManifest(IMAGE, PLAIN, true));
    }

    /** An index that a descriptor calls a manifest. */
    private static ImageFiles misnamed(ImageFiles files) {
        byte[] index = indexOf(files.addManifest(IMAGE, PLAIN, true)).getBytes(UTF_8);
        return files.blob(index).indexJson(indexOf(descriptor(MediaTypes.OCI_MANIFEST, index)));
    }

    private static ImageFiles deep(ImageFiles files, int depth) {
        String at = files.addManifest(IMAGE, PLAIN, true);
        for (int i = 0; i < depth; i++) {
            at = files.nestedIndex(at);
        }
        return files.indexJson(indexOf(at));
    }

    private static ImageFiles unknownLayer(ImageFiles files) {
        byte[] manifest = ("{\"schemaVersion\":2,\"config\":" + descriptor(MediaTypes.OCI_CONFIG, OTHER.config())
                        + ",\"layers\":[" + descriptor("application/x-squashfs", TOP) + "]}")
                .getBytes(UTF_8);
        return files.blob(OTHER.config())
                .blob(TOP)
                .blob(manifest)
                .indexJson(indexOf(descriptor(MediaTypes.OCI_MANIFEST, manifest)));
    }

    private static Arguments refused(String what, Kind kind, String message, ImageFiles files) {
        return Arguments.of(what, files.tar(), kind, message);
    }

    private static ImageFiles docker() {
        return new ImageFiles().docker(IMAGE, PLAIN, "app:1");
    }

    private static ImageFiles dockerOf(byte[] layer, UnaryOperator<byte[]> compression) {
        return new ImageFiles().docker(TestImage.of("x", layer), compression, "app:1");
    }

    private static ImageFiles oci() {
        return new ImageFiles().oci(IMAGE, PLAIN, NAME);
    }

    private static List<String> reversed(List<String> list) {
        List<String> copy = new ArrayList<>(list);
        Collections.reverse(copy);
        return copy;
    }

    @Test
    void aRefusedArchiveSparesWhatWasThere() throws IOException {
        LoadedStore loaded = new LoadedStore(root);
        loaded.load(docker().tar());
        byte[] bad = new ImageFiles()
                .docker(OTHER, PLAIN, "other:1")
                .put(OTHER.id().hex() + ".json", "{}".getBytes(UTF_8))
                .tar();
        assertThatThrownBy(() -> loaded.load(bad)).isInstanceOf(ImageFormatException.class);
        assertThat(loaded.ids()).containsExactly(IMAGE.id());
        loaded.assertHoldsJustItsImages();
    }

    @Test
    void bombsAreStopped() throws IOException {
        LoadedStore loaded = new LoadedStore(root);
        BombGuard guard = new BombGuard(64 << 20, 200, 1 << 20);
        byte[] zeros = tar(file("zeros", new byte[16 << 20]));
        byte[] whole =
                gzip(new ImageFiles().docker(TestImage.of("x", zeros), PLAIN).tar());
        byte[] layer =
                new ImageFiles().docker(TestImage.of("x", zeros), Tars::gzip).tar();
        byte[] ociLayer =
                new ImageFiles().oci(TestImage.of("x", zeros), Tars::zstd).tar();
        for (byte[] bomb : List.of(whole, layer, ociLayer)) {
            assertThatThrownBy(() -> new ArchiveLoader(loaded.store(), guard)
                            .load(new ByteArrayInputStream(bomb), LoadedStore.AMD64, loaded))
                    .isInstanceOfSatisfying(
                            ImageFormatException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT))
                    .hasMessageContaining("decompression bomb");
            assertThat(loaded.files()).isEmpty();
        }
    }

    @Test
    void anArchiveOfTooManyFilesIsRefused() throws IOException {
        LoadedStore loaded = new LoadedStore(root);
        TarItem[] links = new TarItem[100_001];
        for (int i = 0; i < links.length; i++) {
            links[i] = symlink("l" + i, "x");
        }
        byte[] archive = tar(links);
        assertThatThrownBy(() -> loaded.load(archive)).hasMessageContaining("more than 100000 files");
        assertThat(loaded.files()).isEmpty();
    }

    @Test
    void aFullDiskLeavesNothing() throws IOException {
        byte[] random = new byte[3 << 20];
        new java.util.Random(1).nextBytes(random);
        byte[] archive = new ImageFiles()
                .docker(TestImage.of("x", TOP, tar(file("f", random))), PLAIN)
                .tar();
        try (SmallDisk disk = SmallDisk.of("2m")) {
            LoadedStore loaded = new LoadedStore(disk.path());
            assertThatThrownBy(() -> loaded.load(archive))
                    .isInstanceOf(NoSpaceException.class)
                    .hasMessageContaining("no space left on device while writing " + disk.path())
                    .hasMessageContaining("free space");
            assertThat(loaded.files()).isEmpty();
        }
    }

    @Test
    void aSinkThatFailsIsTheCallersError() throws IOException {
        LoadedStore loaded = new LoadedStore(root);
        assertThatThrownBy(() -> new ArchiveLoader(loaded.store())
                        .load(new ByteArrayInputStream(docker().tar()), LoadedStore.AMD64, (image, names) -> {
                            throw new IOException("the database is gone");
                        }))
                .hasMessage("the database is gone");
        loaded.store().collect(List::of);
        assertThat(loaded.files()).isEmpty();
    }
}
