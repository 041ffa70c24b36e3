package io.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ns",
        "1500, 1.5µs",
        "500000000, 500ms",
        "1000000000, 1s",
        "1500000000, 1.5s",
        "30000000000, 30s",
        "90000000000, 1m30s",
        "3600000000000, 1h0m0s",
        "3661000000000, 1h1m1s"
    })
    void isWrittenAsGoDoes(long nanos, String text) {
        assertThat(GoDuration.text(Duration.ofNanos(nanos))).isEqualTo(text);
    }
}
