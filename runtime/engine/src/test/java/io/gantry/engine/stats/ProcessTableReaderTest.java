package io.gantry.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Containers.ProcessTable;
import io.gantry.engine.EngineException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTableReaderTest {
    private Process sleeper;

    @BeforeEach
    void start() throws Exception {
        sleeper = new ProcessBuilder("sleep", "1000").start();
    }

    @AfterEach
    void end() {
        sleeper.destroyForcibly();
    }

    @Test
    void showsTheseProcessesOnly() {
        ProcessTable table = ProcessTableReader.read(List.of(sleeper.pid()), "");

        assertThat(table.titles()).containsExactly("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
        assertThat(table.processes()).singleElement().satisfies(row -> {
            assertThat(row).hasSize(8).contains("sleep 1000");
            assertThat(row.get(1)).isEqualTo(Long.toString(sleeper.pid()));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"aux", "-o pid,args", "-e -o pid=PID -o args", "axf"})
    void takesTheArgumentsOfPs(String arguments) {
        ProcessTable table = ProcessTableReader.read(List.of(sleeper.pid()), arguments);

        assertThat(table.processes())
                .singleElement()
                .satisfies(row -> assertThat(row.get(row.size() - 1)).endsWith("sleep 1000"));
    }

    @Test
    void failsInDockersWords() {
        assertFails("-o args", "Couldn't find PID field in ps output");
        assertFails("-o args=PID", "specifying \"args=PID\" is not allowed");
        assertFails("-e ppid=PID", "specifying \"ppid=PID\" is not allowed");
        assertFails("--nosuch", "ps: error: unknown gnu long option");
    }

    private void assertFails(String arguments, String message) {
        assertThatThrownBy(() -> ProcessTableReader.read(List.of(sleeper.pid()), arguments))
                .isInstanceOf(EngineException.class)
                .hasMessage(message);
    }

    @Test
    void rowsOfThreadsStayWithTheirProcess() {
        String output = "USER PID TID COMMAND\nroot 5 - a b\nroot - 6 -\nroot 7 - c\nroot - 8 -\n\n";

        assertThat(ProcessTableReader.parse(output, Set.of(5L)).processes())
                .containsExactly(List.of("root", "5", "-", "a b"), List.of("root", "-", "6", "-"));
    }

    @Test
    void anUnexpectedProcessIdIsAnError() {
        assertThatThrownBy(() -> ProcessTableReader.parse("PID CMD\nx y\n", Set.of(5L)))
                .hasMessageStartingWith("Unexpected pid 'x': ");
    }
}
