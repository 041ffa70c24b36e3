package io.gantry.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathPatternTest {
    @Test
    void partsMatchOneByOne() {
        PathPattern pattern = PathPattern.of("/containers/{id}/json");
        assertThat(pattern.match(List.of("containers", "x", "json"))).contains(Map.of("id", "x"));
        assertThat(pattern.match(List.of("containers", "x"))).isEmpty();
        assertThat(pattern.match(List.of("containers", "x", "y", "json"))).isEmpty();
        assertThat(pattern.match(List.of("images", "x", "json"))).isEmpty();
    }

    @Test
    void namesOfImagesHaveSlashes() {
        PathPattern pattern = PathPattern.of("/images/{name...}/json");
        assertThat(pattern.match(List.of("images", "busybox", "json"))).contains(Map.of("name", "busybox"));
        assertThat(pattern.match(List.of("images", "host:5000", "a", "b:c", "json")))
                .contains(Map.of("name", "host:5000/a/b:c"));
        assertThat(pattern.match(List.of("images", "json"))).isEmpty();
    }
}
