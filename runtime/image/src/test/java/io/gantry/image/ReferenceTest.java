package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Names as the distribution project's reference package reads them. */
class ReferenceTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox, busybox",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "library/busybox, docker.io/library/busybox, busybox",
        "docker.io/busybox, docker.io/library/busybox, busybox",
        "index.docker.io/busybox, docker.io/library/busybox, busybox",
        "docker.io/library/busybox, docker.io/library/busybox, busybox",
        "me/app, docker.io/me/app, me/app",
        "docker.io/library/a/b, docker.io/library/a/b, library/a/b",
        "localhost/app, localhost/app, localhost/app",
        "localhost:5000/app:x, localhost:5000/app:x, localhost:5000/app:x",
        "reg.example.com/a/b/c:v1.2-3_4, reg.example.com/a/b/c:v1.2-3_4, reg.example.com/a/b/c:v1.2-3_4",
        "Upper/app, Upper/app, Upper/app",
        "[::1]:5000/app, [::1]:5000/app, [::1]:5000/app",
        "a__b/c--d.e, docker.io/a__b/c--d.e, a__b/c--d.e",
        "app:5000, docker.io/library/app:5000, app:5000",
    })
    void namesAreNormalised(String text, String full, String familiar) {
        Reference name = Reference.parse(text);
        assertThat(name).hasToString(full);
        assertThat(name.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(full)).isEqualTo(name);
        assertThat(Reference.parse(familiar)).isEqualTo(name);
    }

    @Test
    void tagsAndDigests() {
        Reference both = Reference.parse("app:1@" + DIGEST);
        assertThat(both.tag()).contains("1");
        assertThat(both.digest()).contains(Digest.parse(DIGEST));
        assertThat(both.orLatest()).isEqualTo(both);
        assertThat(Reference.parse("app@" + DIGEST).orLatest()).hasToString("docker.io/library/app@" + DIGEST);
        assertThat(Reference.parse("app").orLatest()).hasToString("docker.io/library/app:latest");
        assertThat(both.withTag("2")).hasToString("docker.io/library/app:2");
        assertThat(both.repository()).hasToString("docker.io/library/app");
        assertThat(both.withDigest(Digest.parse(DIGEST)).tag()).isEmpty();
        assertThatThrownBy(() -> both.withTag("a b")).hasMessage("invalid tag format");
    }

    @ParameterizedTest
    @MethodSource
    void whatIsNoNameIsRefusedInDockersWords(String text, String message) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    static Stream<Arguments> whatIsNoNameIsRefusedInDockersWords() {
        String format = "invalid reference format";
        String tooLong = "repository name must not be more than 255 characters";
        return Stream.of(
                Arguments.of("", format),
                Arguments.of(" ", format),
                Arguments.of("a b", format),
                Arguments.of("-a", format),
                Arguments.of("a/", format),
                Arguments.of("/a", format),
                Arguments.of("a//b", format),
                Arguments.of("a:", format),
                Arguments.of("a:-x", format),
                Arguments.of("a:" + "t".repeat(129), format),
                Arguments.of("../a", format),
                Arguments.of("a/../b", format),
                Arguments.of("a@sha256:12", format),
                Arguments.of("a\n", format),
                Arguments.of("App", format + ": repository name (library/App) must be lowercase"),
                Arguments.of("me/App:x", format + ": repository name (me/App) must be lowercase"),
                Arguments.of(
                        "ab".repeat(32),
                        "invalid repository name (" + "ab".repeat(32)
                                + "), cannot specify 64-byte hexadecimal strings"),
                Arguments.of("a/" + "b".repeat(256), tooLong),
                Arguments.of("a" + ".b".repeat(500_000), tooLong));
    }
}
