package io.gantry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.image.ContainerDefaults;
import io.gantry.image.ContainerDefaults.Healthcheck;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageChangesTest {
    @Test
    void everyInstructionThatDockerTakes() {
        ContainerDefaults changed = apply(
                "CMD [\"sh\", \"-c\", \"true\"]",
                "entrypoint exec \"$@\"",
                "ENV A=1 B=\"two words\" C='it is' D=x\\ y",
                "ENV A 2 and more",
                "LABEL org.example.key=\"a b\" other=c",
                "USER 1000:1000",
                "WORKDIR /srv",
                "WORKDIR app/../lib",
                "STOPSIGNAL SIGINT",
                "EXPOSE 80 53/udp 8000-8002/TCP",
                "VOLUME [\"/a b\", \"/c\"]",
                "VOLUME /d /e",
                "ONBUILD RUN make",
                " ",
                "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0s --retries=3 CMD curl -f http://localhost");

        assertThat(changed.cmd()).contains(List.of("sh", "-c", "true"));
        assertThat(changed.entrypoint()).contains(List.of("/bin/sh", "-c", "exec \"$@\""));
        assertThat(changed.env()).containsExactly("A=2 and more", "B=two words", "C=it is", "D=x y");
        assertThat(changed.labels()).isEqualTo(Map.of("org.example.key", "a b", "other", "c"));
        assertThat(changed.user()).isEqualTo("1000:1000");
        assertThat(changed.workingDir()).isEqualTo("/srv/lib");
        assertThat(changed.stopSignal()).isEqualTo("SIGINT");
        assertThat(changed.exposedPorts()).containsExactly("80/tcp", "53/udp", "8000/tcp", "8001/tcp", "8002/tcp");
        assertThat(changed.volumes()).containsExactly("/a b", "/c", "/d", "/e");
        assertThat(changed.onBuild()).containsExactly("RUN make");
        assertThat(changed.healthcheck())
                .contains(new Healthcheck(
                        List.of("CMD-SHELL", "curl -f http://localhost"),
                        Duration.ofSeconds(90),
                        Duration.ofMillis(500),
                        Duration.ZERO,
                        Duration.ZERO,
                        3));
    }

    @Test
    void formsThatMeanSomethingElse() {
        assertThat(apply("CMD").cmd()).contains(List.of());
        assertThat(apply("CMD [broken").cmd()).contains(List.of("/bin/sh", "-c", "[broken"));
        assertThat(apply("HEALTHCHECK NONE").healthcheck().orElseThrow().test()).containsExactly("NONE");
        assertThat(apply("HEALTHCHECK CMD [\"a\", \"b\"]")
                        .healthcheck()
                        .orElseThrow()
                        .test())
                .containsExactly("CMD", "a", "b");
        assertThat(apply()).isEqualTo(ContainerDefaults.none());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RUN x | RUN is not a valid change command",
                "FROM | FROM is not a valid change command",
                "ENV | ENV requires at least one argument",
                "ENV A | ENV must have two arguments",
                "ENV A=b c | Syntax error - can't find = in \"c\". Must be of the form: name=value",
                "LABEL =b | LABEL names can not be blank",
                "ENV A=\"b | unexpected end of statement while looking for matching double-quote",
                "EXPOSE http | invalid containerPort: http",
                "EXPOSE 70000 | invalid containerPort: 70000",
                "EXPOSE 9-8 | invalid containerPort: 9-8",
                "EXPOSE 80/icmp | invalid containerPort: 80/icmp",
                "HEALTHCHECK --interval=soon CMD x | time: invalid duration \"soon\"",
                "HEALTHCHECK --what CMD x | unknown flag: --what",
                "HEALTHCHECK TRY x | Unknown type \"TRY\" in HEALTHCHECK (try CMD)",
                "HEALTHCHECK CMD | Missing command after HEALTHCHECK CMD",
                "HEALTHCHECK --retries=x CMD y | --retries must be at least 0: x",
            })
    void whatIsNoChangeIsInvalid(String change, String message) {
        assertThatThrownBy(() -> apply(change))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
                .hasMessage(message);
    }

    private static ContainerDefaults apply(String... changes) {
        return ImageChanges.apply(ContainerDefaults.none(), List.of(changes));
    }
}
