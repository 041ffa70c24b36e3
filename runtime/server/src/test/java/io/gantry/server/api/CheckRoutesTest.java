package io.gantry.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.Checks.Examined;
import io.gantry.engine.Checks.Fault;
import io.gantry.engine.Checks.Outcome;
import io.gantry.engine.Checks.Report;
import io.gantry.engine.Checks.Request;
import io.gantry.engine.EngineException;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.HttpServer;
import io.gantry.server.testing.RawClient;
import io.gantry.server.testing.StubEngine;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The check, as clients see it. */
@Timeout(60)
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Stubs are called by name.
class CheckRoutesTest {
    @TempDir
    private Path folder;

    private String answer(String path) throws IOException {
        StubEngine engine = new StubEngine().checks(new Object() {
            Report check(Request request, Consumer<String> progress) {
                if (request.driver().equals(Optional.of("nosuch"))) {
                    throw EngineException.notFound("no such driver");
                }
                progress.accept("checking");
                return new Report(
                        List.of(new Examined("vfs", 2, Optional.empty())),
                        List.of(new Fault(
                                "vfs",
                                Kind.MISSING_PARENT,
                                "layer",
                                "it stands on nothing",
                                request.quick() + " " + request.repair(),
                                Outcome.MENDED)));
            }
        });
        GantryVersion version = new GantryVersion("1.2.3");
        try (HttpServer server = new HttpServer(Api.over(engine, version), Api.headers(version))) {
            server.listen(folder.resolve("s"));
            try (RawClient client = RawClient.connect(folder.resolve("s"))) {
                return client.request("POST", path).body();
            }
        }
    }

    @Test
    void linesOfProgressAndThenTheResult() throws IOException {
        assertThat(answer("/gantry/v1/check?quick=1").lines())
                .containsExactly(
                        "{\"status\":\"checking\"}",
                        "{\"Drivers\":[{\"Driver\":\"vfs\",\"Layers\":2,\"Problem\":\"\"}],"
                                + "\"Faults\":[{\"Driver\":\"vfs\",\"Kind\":\"missing-parent\",\"Layer\":\"layer\","
                                + "\"Detail\":\"it stands on nothing\",\"Remedy\":\"true false\",\"Outcome\":\"mended\"}],"
                                + "\"Clean\":true}");
    }

    @Test
    void aDriverThatIsNotThere() throws IOException {
        assertThat(answer("/gantry/v1/check?driver=nosuch&repair=1")).contains("{\"message\":\"no such driver\"}");
    }
}
