package io.gantry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiVersionTest {
    @ParameterizedTest
    @CsvSource({"1.2, 1.0, true", "1.2, 1.2, true", "1.2, 1.3, false", "1.2, 0.9, false", "1.2, 2.0, false"})
    void anEngineRunsPluginsOfItsMajorVersionThatAreNotNewer(String engine, String plugin, boolean accepted) {
        assertThat(ApiVersion.parse(engine).accepts(ApiVersion.parse(plugin))).isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.", ".1", "1.0.0", "v1.0", "-1.0", "99999.0", "1.0 "})
    void anythingElseThanMajorAndMinorIsRefused(String text) {
        assertThatThrownBy(() -> ApiVersion.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("major.minor");
    }

    @Test
    void versionsAreOrderedByNumberNotByText() {
        assertThat(ApiVersion.parse("1.10")).isGreaterThan(ApiVersion.parse("1.9"));
        assertThat(ApiVersion.parse("2.0")).isGreaterThan(ApiVersion.parse("1.10"));
        assertThat(ApiVersion.parse("1.10")).hasToString("1.10");
    }
}
