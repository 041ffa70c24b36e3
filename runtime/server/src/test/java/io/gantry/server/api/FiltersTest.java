package io.gantry.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.server.http.HttpError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiltersTest {
    @Test
    void bothFormsAreRead() {
        assertThat(Filters.parse("{\"label\":{\"a=b\":true,\"c\":true,\"d\":false}}")
                        .all("label"))
                .containsExactly("a=b", "c");
        assertThat(Filters.parse("{\"name\":[\"x\",\"y\"]}").all("name")).containsExactly("x", "y");
        assertThat(Filters.parse("").asMap()).isEmpty();
        assertThat(Filters.parse("null").asMap()).isEmpty();
    }

    @Test
    void otherFormsAreErrorsOfTheRequest() {
        for (String text : List.of("{", "[]", "\"x\"", "{\"a\":\"b\"}", "{\"a\":{\"b\":\"c\"}}", "{\"a\":1}")) {
            assertThatThrownBy(() -> Filters.parse(text))
                    .as(text)
                    .isInstanceOf(HttpError.class)
                    .hasMessageStartingWith("invalid filter");
        }
    }

    @Test
    void labelsMustAllBeThereAndTheUnwantedNot() {
        Map<String, String> labels = Map.of("a", "1", "b", "");
        assertThat(Filters.parse("{\"label\":[\"a\",\"b\"]}").labels(labels)).isTrue();
        assertThat(Filters.parse("{\"label\":[\"a=1\"]}").labels(labels)).isTrue();
        assertThat(Filters.parse("{\"label\":[\"a=2\"]}").labels(labels)).isFalse();
        assertThat(Filters.parse("{\"label\":[\"a\",\"c\"]}").labels(labels)).isFalse();
        assertThat(Filters.parse("{\"label!\":[\"a\"]}").labels(labels)).isFalse();
        assertThat(Filters.parse("{\"label!\":[\"a=2\"]}").labels(labels)).isTrue();
    }

    @Test
    void namesAreEqualOrExpressions() {
        Filters filters = Filters.parse("{\"name\":[\"^web\",\"a(\"]}");
        assertThat(filters.matches("name", "web-1")).isTrue();
        assertThat(filters.matches("name", "my-web")).isFalse();
        assertThat(filters.matches("name", "a(")).isTrue();
        assertThat(filters.matches("other", "anything")).isTrue();
    }

    @Test
    void truthValuesAreChecked() {
        assertThat(Filters.parse("{\"dangling\":[\"1\"]}").flag("dangling", false))
                .isTrue();
        assertThat(Filters.parse("{\"dangling\":{\"false\":true}}").flag("dangling", true))
                .isFalse();
        assertThat(Filters.parse("").flag("dangling", true)).isTrue();
        assertThatThrownBy(() -> Filters.parse("{\"dangling\":[\"maybe\"]}").flag("dangling", true))
                .isInstanceOf(HttpError.class)
                .hasMessage("invalid filter 'dangling=[maybe]'");
    }
}
