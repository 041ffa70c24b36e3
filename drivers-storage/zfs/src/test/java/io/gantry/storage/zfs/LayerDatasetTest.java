package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Listings of datasets, as {@code zfs list} writes them. */
class LayerDatasetTest {
    private static final String HOME = "tank/data/gantry-0123456789";
    private static final String LISTING = """
            tank/data/gantry-0123456789	-	/var/lib/gantry
            tank/data/gantry-0123456789/aaaaaaaa	-	/var/lib/gantry
            tank/data/gantry-0123456789/aaaaaaaa@aaaaaaaa	-	/var/lib/gantry
            tank/data/gantry-0123456789/aaaaaaaa@daily	-	/var/lib/gantry
            tank/data/gantry-0123456789/bbbbbbbb	tank/data/gantry-0123456789/aaaaaaaa@aaaaaaaa	/var/lib/gantry
            tank/data/gantry-0123456789/bbbbbbbb@daily	-	/var/lib/gantry
            tank/data/gantry-0123456789/somebody's	-	/var/lib/gantry
            """;

    @Test
    void layersAreToldFromSnapshotsAndFromWhatIsNotOurs() {
        assertThat(LayerDataset.parse(LISTING, HOME))
                .containsExactly(
                        new LayerDataset("aaaaaaaa", Optional.empty(), true),
                        new LayerDataset("bbbbbbbb", Optional.of(HOME + "/aaaaaaaa@aaaaaaaa"), false));
    }

    @Test
    void theOwnerIsThatOfTheDatasetThatLayersLieIn() {
        assertThat(LayerDataset.owner(LISTING, HOME)).contains("/var/lib/gantry");
        assertThat(LayerDataset.owner(HOME + "\t-\t-\n", HOME)).contains("-");
        assertThat(LayerDataset.owner("", HOME)).isEmpty();
        assertThat(LayerDataset.parse("", HOME)).isEmpty();
    }

    @Test
    void clonesGoBeforeWhatTheyAreClonesOf() {
        List<LayerDataset> chain = List.of(
                new LayerDataset("base", Optional.empty(), true),
                new LayerDataset("one", Optional.of(HOME + "/base@base"), true),
                new LayerDataset("other", Optional.of(HOME + "/kept@kept"), true),
                new LayerDataset("two", Optional.of(HOME + "/one@one"), false));

        assertThat(LayerDataset.clonesFirst(chain)).containsExactly("two", "one", "base", "other");
    }

    @Test
    void aCircleThatCannotBeDoesNotHangTheSort() {
        List<LayerDataset> circle = List.of(
                new LayerDataset("a", Optional.of(HOME + "/b@b"), true),
                new LayerDataset("b", Optional.of(HOME + "/a@a"), true));

        assertThat(LayerDataset.clonesFirst(circle)).containsExactlyInAnyOrder("a", "b");
    }
}
