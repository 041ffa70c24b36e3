package io.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerPathTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/, b, b",
        "a/b, /a/, b, b",
        "/a, /, a, a",
        "/a/b/, /a/b, '', b",
        "/a/b/., /a/b, '', .",
        "/, /, '', /",
        "., /, '', .",
        "'', /, '', /",
        "/a/../../b, /, b, b",
        "//a//./b, /a/, b, b",
        "/..., /, ..., ..."
    })
    void isTakenApartAsDockerDoes(String path, String directory, String entry, String name) {
        assertThat(ContainerPath.of(path))
                .isEqualTo(new ContainerPath(directory, Optional.of(entry).filter(text -> !text.isEmpty()), name));
    }
}
