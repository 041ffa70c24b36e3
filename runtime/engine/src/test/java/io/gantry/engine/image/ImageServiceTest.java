package io.gantry.engine.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.engine.state.StateDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageServiceTest extends ImageServiceBench {
    @Test
    void whatIsLoadedIsListedAndTold() {
        DockerArchives archive = new DockerArchives();
        String one = archive.add("one", OLD, List.of("base"), "app:1", "reg.example.com/app:x");
        String two = archive.add("two", NEW, List.of("base", "more"));

        assertThat(load(archive)).containsExactly(one, two);
        assertThat(said)
                .containsExactly(
                        "Loaded image: app:1", "Loaded image: reg.example.com/app:x", "Loaded image ID: " + two);
        assertThat(images.list())
                .extracting(Images.Image::id)
                .as("the youngest first")
                .containsExactly(two, one);
        Images.Image first = images.find("app:1");
        assertThat(first.tags()).containsExactly("app:1", "reg.example.com/app:x");
        assertThat(first.repoDigests())
                .hasSize(2)
                .allMatch(digest -> digest.matches("(reg.example.com/)?app@sha256:[0-9a-f]{64}"));
        assertThat(first.created()).isEqualTo(OLD);
        assertThat(first.size()).isEqualTo(4);
        assertThat(images.find(two).size()).isEqualTo(8);
        assertThat(images.sizeOf(two)).isEqualTo(8);
        assertThat(first.configJson()).contains("\"Cmd\":[\"one\"]");
        assertThat(actions()).containsExactly("load", "load");
    }

    @Test
    void everythingIsThereAfterAnEnginesRestart() throws IOException {
        String id = load("one", "app:1");
        images.tag("app:1", "other", "x");
        List<Images.Image> before = images.list();
        reopen();
        images.collect();
        assertThat(images.list()).isEqualTo(before);
        assertThat(images.image("other:x").id()).hasToString(id);
        assertThat(images.imageById(id)).isPresent();
        assertThat(images.chainIds()).hasSize(2);
    }

    @Test
    void anImageIsFoundByAllItsNames() {
        String id = load("one", "app:latest", "reg.example.com:5000/me/app:1");
        load("two", "zwei:latest");
        String hex = id.substring(7);
        String digest = images.find(id).repoDigests().get(0);
        for (String ref : List.of(
                "app",
                "app:latest",
                "library/app",
                "docker.io/library/app:latest",
                "reg.example.com:5000/me/app:1",
                id,
                hex,
                hex.substring(0, 12),
                id.substring(0, 20),
                digest,
                digest.replace("@", ":latest@"))) {
            assertThat(images.find(ref).id()).as(ref).isEqualTo(id);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, nothing:latest",
        "app:2, app:2",
        "docker.io/library/nothing, nothing:latest",
        "reg.example.com/a/b, reg.example.com/a/b:latest",
        "deadbeef, deadbeef:latest",
        "sha256:1234, sha256:1234",
    })
    void whatIsNotThereIsToldInDockersWords(String ref, String shown) {
        load("one", "app:1");
        assertFails(EngineException.Kind.NOT_FOUND, "No such image: " + shown, () -> images.find(ref));
    }

    @Test
    void digestsThatAreNotThere() {
        String id = load("one", "app:1");
        String other = "ab".repeat(32);
        assertFails(EngineException.Kind.NOT_FOUND, "No such image: sha256:" + other, () -> images.find(other));
        assertFails(
                EngineException.Kind.NOT_FOUND, "No such image: sha256:" + other, () -> images.find("sha256:" + other));
        assertFails(
                EngineException.Kind.NOT_FOUND,
                "No such image: app@sha256:" + other,
                () -> images.find("app@sha256:" + other));
        String digest = images.find(id).repoDigests().get(0).replace("app@", "other@");
        assertFails(EngineException.Kind.NOT_FOUND, "No such image: " + digest, () -> images.find(digest));
    }

    /** Docker does not guess. */
    @Test
    void anIdThatSeveralBeginWithFindsNone() {
        Map<Character, String> byFirst = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            String id = load("command" + i);
            String earlier = byFirst.put(id.charAt(7), id);
            if (earlier != null) {
                String first = id.substring(7, 8);
                assertFails(
                        EngineException.Kind.NOT_FOUND,
                        "No such image: " + first + ":latest",
                        () -> images.find(first));
                return;
            }
        }
        org.assertj.core.api.Assertions.fail("of forty ids two begin alike");
    }

    @ParameterizedTest
    @ValueSource(strings = {"App", "a b", "-x", "app:", "app@sha256:12", "../etc"})
    void whatIsNoNameIsInvalid(String ref) {
        assertThatThrownBy(() -> images.find(ref))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
                .hasMessageStartingWith("invalid reference format");
    }

    @Test
    void tags() {
        String id = load("one", "app:1");
        String two = load("two", "other:1");
        images.tag("app:1", "new", "");
        images.tag(id.substring(7, 19), "reg.example.com/new:ignored", "tag");
        images.tag("app:1", "other:2", "");
        assertThat(images.find(id).tags()).containsExactly("app:1", "new:latest", "other:2", "reg.example.com/new:tag");

        images.tag("app:1", "other", "1");
        assertThat(images.find("other:1").id()).isEqualTo(id);
        assertThat(images.find(two).tags()).as("its name has been taken").isEmpty();
        assertThat(actions()).containsExactly("load", "load", "tag", "tag", "tag", "tag");
    }

    @Test
    void tagsThatCannotBe() {
        String id = load("one", "app:1");
        assertFails(
                EngineException.Kind.NOT_FOUND, "No such image: nothing:latest", () -> images.tag("nothing", "x", ""));
        assertFails(EngineException.Kind.INVALID, "invalid tag format", () -> images.tag("app:1", "x", "a b"));
        assertFails(
                EngineException.Kind.INVALID,
                "invalid reference format: repository name (library/X) must be lowercase",
                () -> images.tag("app:1", "X", ""));
        assertFails(
                EngineException.Kind.INVALID,
                "refusing to create a tag with a digest reference",
                () -> images.tag("app:1", "x@" + id, ""));
        assertFails(
                EngineException.Kind.INVALID,
                "refusing to create an ambiguous tag using digest algorithm as name",
                () -> images.tag("app:1", "sha256", "x"));
        assertThat(images.find(id).tags()).containsExactly("app:1");
    }

    @Test
    void aLoadedImageTakesNamesFromAnother() {
        String old = load("one", "app:1");
        said.clear();
        load("two", "app:1");
        assertThat(said)
                .containsExactly(
                        "The image app:1 already exists, renaming the old one with ID " + old + " to empty string",
                        "Loaded image: app:1");
        assertThat(images.find(old).tags()).isEmpty();
        said.clear();
        load("two", "app:1");
        assertThat(said).containsExactly("Loaded image: app:1");
    }

    @Test
    void theHistoryIsToldYoungestFirst() {
        String id = load("one", "app:1", "app:2");
        assertThat(images.history("app:1"))
                .containsExactly(
                        new Images.HistoryEntry(id, NEW, "ADD one", List.of("app:1", "app:2"), 3, ""),
                        new Images.HistoryEntry("<missing>", NEW, "ADD base", List.of(), 4, ""),
                        new Images.HistoryEntry("<missing>", NEW, "FROM", List.of(), 0, ""));
    }

    @Test
    void savedImagesAreLoadedWithTheNamesTheyWereAskedForBy() throws IOException {
        String one = load("one", "app:1", "app:2");
        String two = load("two", "two:1");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        images.save(List.of("app:1", two, "app:1"), out);
        images.remove(one, true, false);
        images.remove(two, true, false);
        assertThat(content.list()).isEmpty();

        said.clear();
        assertThat(images.load(new ByteArrayInputStream(out.toByteArray()), said::add))
                .containsExactlyInAnyOrder(one, two);
        assertThat(said).containsExactlyInAnyOrder("Loaded image: app:1", "Loaded image ID: " + two);
        assertFails(
                EngineException.Kind.NOT_FOUND,
                "No such image: nothing:latest",
                () -> images.save(List.of("app:1", "nothing"), new ByteArrayOutputStream()));
    }

    @Test
    void archivesThatAreRefusedSayWhatToDoAndLeaveNothing() throws IOException {
        DockerArchives archive = new DockerArchives();
        archive.add("one", NEW, List.of("base"), "app:1");
        byte[] good = archive.archive();
        byte[] cut = Arrays.copyOf(good, good.length / 2);
        assertFails(
                EngineException.Kind.INVALID,
                "cannot load the image archive: unexpected EOF: the tar archive ends within the content of an entry, 724 bytes are missing (it is incomplete: copy or download it again)",
                () -> images.load(new ByteArrayInputStream(Arrays.copyOf(good, 1836)), said::add));
        for (byte[] bad : List.of(
                cut,
                "hello".getBytes(UTF_8),
                DockerArchives.tar(Map.of("manifest.json", "[{}]".getBytes(UTF_8))),
                DockerArchives.tar(Map.of("../x", new byte[1])),
                DockerArchives.tar(Map.of("etc/passwd", new byte[1])))) {
            assertThatThrownBy(() -> images.load(new ByteArrayInputStream(bad), said::add))
                    .isInstanceOfSatisfying(
                            EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
                    .hasMessageStartingWith("cannot load the image archive: ")
                    .hasMessageMatching(".*(again|import).*");
        }
        assertThat(images.list()).isEmpty();
        assertThat(said).isEmpty();
        assertThat(actions()).isEmpty();
        assertThat(files()).isEmpty();
    }

    /** What a listener or the database does wrong must not leave content behind either. */
    @Test
    void aLoadThatFailsHalfwayLeavesNothing() throws IOException {
        DockerArchives archive = new DockerArchives();
        archive.add("one", NEW, List.of("base"), "app:1");
        byte[] good = archive.archive();
        state.close();
        assertThatThrownBy(() -> images.load(new ByteArrayInputStream(good), said::add))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.SYSTEM));
        assertThat(images.list()).isEmpty();
        assertThat(files()).isEmpty();
        state = StateDatabase.open(directory.resolve("state.db"));
    }

    @Test
    void rootFileSystemsAreImported() throws IOException {
        byte[] rootfs = DockerArchives.tar(Map.of("bin/sh", "a shell".getBytes(UTF_8)));
        String id = images.importRootFs(
                new ByteArrayInputStream(rootfs),
                Optional.of("mine"),
                "from a test",
                List.of("CMD [\"sh\"]", "ENV A=b"),
                Optional.of("linux/arm64"));
        Images.Image image = images.find("mine:latest");
        assertThat(image.id()).isEqualTo(id);
        assertThat(image.architecture()).isEqualTo("arm64");
        assertThat(image.size()).isEqualTo(7);
        assertThat(images.image(id).config().defaults().cmd()).contains(List.of("sh"));
        assertThat(images.history(id))
                .singleElement()
                .satisfies(line -> assertThat(line.comment()).isEqualTo("from a test"));
        assertThat(actions()).containsExactly("import");

        assertThat(images.find(images.importRootFs(
                                new ByteArrayInputStream(rootfs), Optional.empty(), "", List.of(), Optional.empty()))
                        .tags())
                .isEmpty();
    }

    @Test
    void whatCannotBeImportedLeavesNothing() throws IOException {
        byte[] rootfs = DockerArchives.tar(Map.of("f", new byte[1]));
        byte[] xz = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};
        assertImportFails("invalid reference format", rootfs, "a b", List.of(), "");
        assertImportFails(
                "refusing to create a tag with a digest reference",
                rootfs,
                "a@sha256:" + "ab".repeat(32),
                List.of(),
                "");
        assertImportFails("RUN is not a valid change command", rootfs, "a", List.of("RUN x"), "");
        assertImportFails("a platform has the form os/arch[/variant]", rootfs, "a", List.of(), "a/b/c/d");
        assertImportFails("cannot import the archive: ", "hello".getBytes(UTF_8), "a", List.of(), "");
        assertImportFails("decompress it first", xz, "a", List.of(), "");
        assertThat(images.list()).isEmpty();
        assertThat(files()).isEmpty();
    }

    private void assertImportFails(String message, byte[] archive, String ref, List<String> changes, String platform) {
        assertThatThrownBy(() -> images.importRootFs(
                        new ByteArrayInputStream(archive), Optional.of(ref), "", changes, Optional.of(platform)))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
                .hasMessageContaining(message);
    }

    @Test
    void anImageWhoseContentIsDamagedDoesNotKeepTheOthersFromBeingUsed() throws IOException {
        String good = load("good", "good:1");
        String bad = load("bad", "bad:1");
        Path config = directory
                .resolve("content/blobs/sha256")
                .resolve(bad.substring(7, 9))
                .resolve(bad.substring(7));
        Files.writeString(config, "{}");
        reopen();
        images.collect();
        assertThat(images.list()).extracting(Images.Image::id).containsExactly(good);
        assertFails(EngineException.Kind.NOT_FOUND, "No such image: bad:1", () -> images.find("bad:1"));

        load("bad", "bad:1");
        assertThat(images.find("bad:1").id()).isEqualTo(bad);
        reopen();
        assertThat(images.list()).hasSize(2);
    }
}
