package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineConfig;
import io.gantry.engine.EngineException;
import io.gantry.engine.EngineException.Kind;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be done is refused with one clear error, and leaves nothing behind. */
class RefusalsTest {
    private static WholeEngine whole;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
        whole.engine().containers().remove(whole.createShell("true", "{}"), true, true);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
        assertThat(whole.mounts()).isEmpty();
        assertThat(whole.links()).noneMatch(link -> link.startsWith("veth"));
        for (String below : List.of("data/containers", "run/bundles", "run/netns", "run/runtime", "run/exits")) {
            try (Stream<Path> entries = Files.list(whole.directory().resolve(below))) {
                assertThat(entries).as(below).isEmpty();
            }
        }
        assertThat(whole.engine().volumes().list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{`StorageOpt`:{`gantry.driver`:`nosuch`}}|INVALID|nosuch|overlay2",
                "{`StorageOpt`:{`nosuch.option`:`1`}}|INVALID|nosuch.option|size",
                "{`NetworkMode`:`nosuch`}|INVALID|network nosuch not found|nosuch",
                "{`PortBindings`:{`80/tcp`:[{`HostPort`:`99999`}]}}|INVALID|99999|invalid",
                "{`PortBindings`:{`80/xyz`:[{`HostPort`:`80`}]}}|INVALID|80/xyz|invalid",
                "{`Binds`:[`a:b`]}|INVALID|b|absolute",
                "{`Binds`:[`data:/x:what`]}|INVALID|invalid mode|what",
                "{`Runtime`:`nosuch`}|INVALID|unknown or invalid runtime name: nosuch|runc",
                "{`Memory`:1024}|INVALID|Minimum memory limit|6MB",
                "{`NetworkMode`:`container:nosuch`}|INVALID|No such container|nosuch",
                "{`RestartPolicy`:{`Name`:`sometimes`}}|INVALID|invalid restart policy|sometimes"
            })
    void aBadRequestNamesWhatIsWrong(String host, Kind kind, String says, String alsoSays) {
        assertThatThrownBy(() -> whole.createShell("true", host.replace('`', '"')))
                .satisfies(e -> assertThat(kind(e)).isEqualTo(kind))
                .hasMessageContaining(says)
                .hasMessageContaining(alsoSays);
        assertThat(whole.engine().containers().list()).isEmpty();
    }

    private static Kind kind(Throwable thrown) {
        if (thrown instanceof EngineException error) {
            return error.kind();
        }
        return thrown instanceof NotFoundException
                ? Kind.NOT_FOUND
                : thrown instanceof InvalidArgumentException ? Kind.INVALID : Kind.SYSTEM;
    }

    @ParameterizedTest
    @CsvSource({"nosuch,size,nosuch,overlay2", "overlay2,nosuch.option,unknown option nosuch.option,overlay2.size"})
    void aDriverOrAnOptionThatIsUnknownKeepsTheEngineFromOpening(
            String driver, String option, String says, String alsoSays, @TempDir Path other) {
        EngineConfig config = whole.config();
        EngineConfig wrong = new EngineConfig(
                other.resolve("data"),
                other.resolve("run"),
                config.pluginPath(),
                Optional.of(driver),
                Map.of(option, "1"),
                Map.of(),
                config.runtime(),
                config.conmon(),
                config.hostNamespace(),
                Optional.empty());

        assertThatThrownBy(() -> Engine.open(wrong).close())
                .hasMessageContaining(says)
                .hasMessageContaining(alsoSays);
    }

    @Test
    void anImageThatIsNotThere() {
        assertThatThrownBy(() -> whole.create("{\"Image\":\"nosuch:1\",\"Cmd\":[\"true\"]}"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessage("No such image: nosuch:1");
    }

    @ParameterizedTest
    @CsvSource({
        "nosuch,127,executable file not found",
        "/etc/passwd,126,permission denied",
        "/etc,126,permission denied"
    })
    void aProgramThatCannotRun(String program, int code, String says) {
        String id = whole.create("{\"Image\":\"" + WholeEngine.IMAGE + "\",\"Cmd\":[\"" + program + "\"]}");

        assertThatThrownBy(() -> whole.engine().containers().start(id))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining(says);

        assertThat(whole.engine().containers().find(id).state().status()).isEqualTo(Status.CREATED);
        assertThat(whole.engine().containers().find(id).state().exitCode()).isEqualTo(code);
    }

    @Test
    void aNameThatIsTaken() {
        whole.create("{\"Image\":\"" + WholeEngine.IMAGE + "\",\"Name\":\"one\"}");

        assertThatThrownBy(() -> whole.create("{\"Image\":\"" + WholeEngine.IMAGE + "\",\"Name\":\"one\"}"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining("Conflict. The container name \"/one\" is already in use by container");
    }

    @Test
    void aRunningContainerIsNotRemovedWithoutForce() {
        String id = whole.createShell("sleep 1000", "{}");
        whole.engine().containers().start(id);

        assertThatThrownBy(() -> whole.engine().containers().remove(id, false, false))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
                .hasMessageContaining("container is running: stop the container before removing or force remove");
    }
}
