package io.gantry.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDatabaseTest {
    record Crane(String name, int tons, Optional<String> yard, List<String> hooks) {}

    @TempDir
    Path directory;

    @Test
    void whatWasPutIsThereAfterReopening() {
        Crane crane = new Crane("north", 40, Optional.of("quay 3"), List.of("a", "b"));
        try (StateDatabase database = open()) {
            database.documents("crane", Crane.class).put("1", crane);
            database.documents("other", Crane.class).put("1", new Crane("south", 1, Optional.empty(), List.of()));
        }
        try (StateDatabase database = open()) {
            Documents<Crane> cranes = database.documents("crane", Crane.class);
            assertThat(cranes.all()).isEqualTo(Map.of("1", crane));
            cranes.delete("1");
            cranes.delete("1");
            assertThat(cranes.get("1")).isEmpty();
        }
    }

    @Test
    void aTransactionThatFailsLeavesNothing() {
        try (StateDatabase database = open()) {
            Documents<Crane> cranes = database.documents("crane", Crane.class);
            assertThatThrownBy(() -> database.transaction(() -> {
                        cranes.put("1", new Crane("north", 40, Optional.empty(), List.of()));
                        throw new IllegalStateException("broken");
                    }))
                    .hasMessage("broken");
            assertThat(cranes.all()).isEmpty();
        }
    }

    @Test
    void asSecondEngineIsRefused() {
        try (StateDatabase database = open()) {
            database.documents("crane", Crane.class).put("1", new Crane("north", 40, Optional.empty(), List.of()));
            assertThatThrownBy(this::open)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("another Gantry daemon");
        }
    }

    @Test
    void aKilledEngineLeavesNothingInTheTemporaryDirectory() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        for (int i = 0; i < 2; i++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djava.io.tmpdir=" + temporary,
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledMain.class.getName(),
                            directory.resolve("state.db").toString())
                    .redirectErrorStream(true)
                    .start();
            child.getOutputStream().close();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(child.waitFor()).as(output).isEqualTo(9);
            assertThat(temporary).isEmptyDirectory();
        }
        assertThat(directory).isDirectoryContaining("glob:**/sqlite-*.so").isDirectoryNotContaining("glob:**/*.new");
    }

    /** Opens the database and ends without closing anything. */
    static final class KilledMain {
        private KilledMain() {}

        public static void main(String[] arguments) {
            StateDatabase database = StateDatabase.open(Path.of(arguments[0]));
            database.documents("crane", Crane.class).put("1", new Crane("north", 1, Optional.empty(), List.of()));
            Runtime.getRuntime().halt(9);
        }
    }

    private StateDatabase open() {
        return StateDatabase.open(directory.resolve("state.db"));
    }
}
