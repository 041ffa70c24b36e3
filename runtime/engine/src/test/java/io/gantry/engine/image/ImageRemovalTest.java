package io.gantry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.image.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who may take names and images away, in the words of Docker. */
class ImageRemovalTest extends ImageServiceBench {
    @Test
    void theLastNameTakesTheImageWithIt() throws IOException {
        String id = load("one", "app:1", "app:2");
        String other = load("two", "other:1");
        assertThat(lines(images.remove("app:1", false, false))).containsExactly("Untagged: app:1");
        assertThat(images.find(id).tags()).containsExactly("app:2");
        List<String> chains =
                images.image(id).chainIds().stream().map(Digest::toString).toList();

        assertThat(lines(images.remove("app:2", false, false)))
                .as("the layer that the other image has, too, stays")
                .containsExactly("Untagged: app:2", "Deleted: " + id, "Deleted: " + chains.get(1));
        assertFails(EngineException.Kind.NOT_FOUND, "No such image: app:2", () -> images.find("app:2"));
        assertThat(unused).extracting(Digest::toString).isEqualTo(chains);
        assertThat(content.list()).isEqualTo(images.image(other).blobs());
        assertThat(actions()).containsExactly("load", "load", "untag", "untag", "delete");
        reopen();
        assertThat(images.list()).extracting(Images.Image::id).containsExactly(other);
    }

    @Test
    void byIdOneNameGoesWithTheImageAndSeveralMustBeForced() {
        String id = load("one", "app:1");
        List<String> done = lines(images.remove(id.substring(7, 19), false, false));
        assertThat(done).hasSize(4).startsWith("Untagged: app:1", "Deleted: " + id);

        load("one", "app:1", "reg.example.com/app:1");
        assertFails(
                EngineException.Kind.CONFLICT,
                "conflict: unable to delete " + id.substring(7, 19)
                        + " (must be forced) - image is referenced in multiple repositories",
                () -> images.remove(id, false, false));
        assertThat(images.find(id).tags()).hasSize(2);
        assertThat(lines(images.remove(id, true, false)))
                .startsWith("Untagged: app:1", "Untagged: reg.example.com/app:1", "Deleted: " + id);
        assertThat(images.list()).isEmpty();
    }

    @Test
    void byDigestEveryNameInTheRepositoryGoes() {
        String id = load("one", "app:1", "app:2", "other:1");
        String digest = images.find(id).repoDigests().stream()
                .filter(name -> name.startsWith("app@"))
                .findFirst()
                .orElseThrow();
        assertThat(lines(images.remove(digest, false, false))).containsExactly("Untagged: app:1", "Untagged: app:2");
        assertThat(images.find(id).tags()).containsExactly("other:1");
    }

    @Test
    void aRunningContainerKeepsItsImage() {
        String id = load("one", "app:1");
        use(id, RUNNING, true);
        String shortId = id.substring(7, 19);
        assertFails(
                EngineException.Kind.CONFLICT,
                "conflict: unable to remove repository reference \"app:1\" (must force) - container aaaaaaaaaaaa is using its referenced image "
                        + shortId,
                () -> images.remove("app:1", false, false));
        for (boolean force : new boolean[] {false, true}) {
            assertFails(
                    EngineException.Kind.CONFLICT,
                    "conflict: unable to delete " + shortId
                            + " (cannot be forced) - image is being used by running container aaaaaaaaaaaa",
                    () -> images.remove(shortId, force, false));
        }
        assertThat(images.find(id).tags()).containsExactly("app:1");

        assertThat(lines(images.remove("app:1", true, false))).containsExactly("Untagged: app:1");
        assertThat(images.find(id).tags()).isEmpty();
    }

    @Test
    void aStoppedContainerKeepsItsImageUnlessItIsForced() {
        String id = load("one", "app:1");
        use(id, STOPPED, false);
        String shortId = id.substring(7, 19);
        assertFails(
                EngineException.Kind.CONFLICT,
                "conflict: unable to remove repository reference \"app\" (must force) - container cccccccccccc is using its referenced image "
                        + shortId,
                () -> {
                    images.tag("app:1", "app", "latest");
                    images.remove("app:1", false, false);
                    images.remove("app", false, false);
                });
        assertFails(
                EngineException.Kind.CONFLICT,
                "conflict: unable to delete " + shortId
                        + " (must be forced) - image is being used by stopped container cccccccccccc",
                () -> images.remove(shortId, false, false));

        assertThat(lines(images.remove("app", true, false)))
                .as("layers that the container stands on are not deleted")
                .containsExactly("Untagged: app:latest", "Deleted: " + id);
        assertThat(images.list()).isEmpty();
    }

    @Test
    void oneOfSeveralNamesMayGoWhoeverUsesTheImage() {
        String id = load("one", "app:1", "app:2");
        use(id, RUNNING, true);
        assertThat(lines(images.remove("app:1", false, false))).containsExactly("Untagged: app:1");
    }

    @Test
    void theRunningContainerIsToldBeforeTheNames() {
        String id = load("one", "app:1", "app:2");
        use(id, RUNNING, true);
        assertThatThrownBy(() -> images.remove(id, false, false)).hasMessageContaining("running container");
    }

    @Test
    void pruningTakesWhatHasNoName() throws IOException {
        String named = load("named", "app:1");
        String dangling = load("dangling");
        String used = load("used");
        use(used, STOPPED, false);

        assertThat(lines(images.prune(true, Map.of()))).hasSize(2).startsWith("Deleted: " + dangling);
        assertThat(images.list()).extracting(Images.Image::id).containsExactlyInAnyOrder(named, used);
        assertThat(lines(images.prune(false, Map.of()))).startsWith("Untagged: app:1", "Deleted: " + named);
        assertThat(images.list()).extracting(Images.Image::id).containsExactly(used);
        assertThat(content.list()).isEqualTo(images.image(used).blobs());
        assertThat(images.prune(true, Map.of())).isEmpty();
    }

    @Test
    void pruningMayBeFiltered() {
        DockerArchives archive = new DockerArchives();
        String old = archive.add("old", OLD, List.of("base"));
        archive.add("new", NEW, List.of("base"));
        load(archive);
        assertThat(images.prune(true, Map.of("label", List.of("keep")))).isEmpty();
        assertThat(lines(images.prune(true, Map.of("until", List.of("2022-01-01T00:00:00Z")))))
                .containsExactly("Deleted: " + old);
        assertThatThrownBy(() -> images.prune(true, Map.of("until", List.of("soon"))))
                .hasMessage("invalid filter 'until=soon'");
    }
}
