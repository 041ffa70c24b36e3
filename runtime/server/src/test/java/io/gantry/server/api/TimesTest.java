package io.gantry.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.server.http.HttpError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimesTest {
    @Test
    void allFormsAreRead() {
        assertThat(Times.parse("since", "")).isEmpty();
        assertThat(Times.parse("since", "0")).isEmpty();
        assertThat(Times.parse("since", "12")).contains(Instant.ofEpochSecond(12));
        assertThat(Times.parse("since", "12.000000034")).contains(Instant.ofEpochSecond(12, 34));
        assertThat(Times.parse("since", "2026-01-02T03:04:05Z")).contains(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(Times.parse("since", "2026-01-02T03:04:05.5+01:00"))
                .contains(Instant.parse("2026-01-02T02:04:05.5Z"));
        assertThat(Times.parse("since", "2026-01-02")).contains(Instant.parse("2026-01-02T00:00:00Z"));
        assertThat(Times.parse("since", "1h30m"))
                .hasValueSatisfying(
                        time -> assertThat(time).isBefore(Instant.now().minusSeconds(5399)));
    }

    @Test
    void otherTextsAreErrorsOfTheRequest() {
        for (String text : List.of("yesterday", "12.5.5", "99999999999999999999", "2026-13-01")) {
            assertThatThrownBy(() -> Times.parse("since", text))
                    .as(text)
                    .isInstanceOf(HttpError.class)
                    .hasMessageContaining(text);
        }
    }

    @Test
    void durationsAreInDockersWords() {
        assertThat(Times.human(Duration.ofMillis(999))).isEqualTo("Less than a second");
        assertThat(Times.human(Duration.ofSeconds(1))).isEqualTo("1 second");
        assertThat(Times.human(Duration.ofSeconds(59))).isEqualTo("59 seconds");
        assertThat(Times.human(Duration.ofSeconds(60))).isEqualTo("About a minute");
        assertThat(Times.human(Duration.ofMinutes(59))).isEqualTo("59 minutes");
        assertThat(Times.human(Duration.ofMinutes(60))).isEqualTo("About an hour");
        assertThat(Times.human(Duration.ofMinutes(90))).isEqualTo("2 hours");
        assertThat(Times.human(Duration.ofHours(48))).isEqualTo("2 days");
        assertThat(Times.human(Duration.ofDays(14))).isEqualTo("2 weeks");
        assertThat(Times.human(Duration.ofDays(60))).isEqualTo("2 months");
        assertThat(Times.human(Duration.ofDays(800))).isEqualTo("2 years");
    }
}
