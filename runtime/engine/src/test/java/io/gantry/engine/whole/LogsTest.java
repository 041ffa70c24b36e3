package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.EngineException;
import io.gantry.engine.LogRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogsTest {
    private static final String ALONE = "{\"NetworkMode\":\"none\"}";

    private static WholeEngine whole;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @AfterEach
    void removeAll() {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
    }

    @Test
    void theLogHasWhatWasWrittenLineEndsIncluded() throws Exception {
        String id = whole.createShell("echo out; echo err >&2; echo; echo -n end", ALONE);
        whole.run(id);

        Output output = logs(id, false);

        assertThat(output.stdout()).isEqualTo("out\n\nend");
        assertThat(output.stderr()).isEqualTo("err\n");
    }

    @Test
    void theLogOfATerminalIsAsTheTerminalGotIt() throws Exception {
        String id = whole.create("{\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Tty\":true,\"Cmd\":[\"sh\",\"-c\",\"echo a; echo b >&2\"],\"HostConfig\":" + ALONE + "}");
        whole.run(id);

        assertThat(logs(id, false).stdout()).isEqualTo("a\r\nb\r\n");
    }

    @Test
    void aLineOfManyReadsIsWhole() throws Exception {
        String id = whole.createShell("head -c 100000 /dev/zero; echo; echo next", ALONE);
        whole.run(id);

        assertThat(logs(id, false).stdout()).isEqualTo("\0".repeat(100_000) + "\nnext\n");
    }

    @Test
    void whoAttachesGetsTheLogFirstIfAsked() throws Exception {
        String id = whole.createShell("echo before; until [ -e /go ]; do usleep 10000; done; echo after", ALONE);
        whole.engine().containers().start(id);
        Output followed = new Output();
        whole.engine().containers().logs(id, request(true, Optional.empty()), followed);
        followed.awaitOutput("before");

        Output logsOnly = new Output();
        whole.engine().containers().attach(id, new AttachRequest(false, true, true, true, false), logsOnly);
        assertThat(logsOnly.await().stdout()).isEqualTo("before\n");

        Output both = new Output();
        whole.engine().containers().attach(id, new AttachRequest(false, true, true, true, true), both);
        whole.exec(id, "touch /go");
        assertThat(both.await().stdout()).isEqualTo("before\nafter\n");
    }

    @Test
    void followingEndsWithTheRunAndHasAllOfIt() throws Exception {
        String script = "echo begun; while [ ! -e /gate ]; do usleep 10000; done; rm /gate; seq 2000; echo over";
        String following = whole.createShell(script, ALONE);
        whole.engine().containers().start(following);

        Output first = new Output();
        whole.engine().containers().logs(following, request(true, Optional.empty()), first);
        first.awaitOutput("begun");
        whole.exec(following, "touch /gate");
        first.await();

        assertThat(first.stdout()).startsWith("begun\n1\n2\n").endsWith("\n2000\nover\n");
        assertThat(first.stdout().lines()).hasSize(2002);

        whole.await(following);
        whole.engine().containers().start(following);
        Output second = new Output();
        whole.engine().containers().logs(following, request(true, Optional.of(0)), second);
        whole.exec(following, "touch /gate");
        second.await();

        assertThat(first.stdout()).endsWith(second.stdout());
        assertThat(second.stdout().lines()).hasSizeGreaterThanOrEqualTo(2001);
        assertThat(logs(following, false).stdout()).isEqualTo(first.stdout().repeat(2));
    }

    @Test
    void followingTheLogOfAContainerThatDoesNotRunEndsAtOnce() throws Exception {
        String id = whole.createShell("echo once", ALONE);
        assertThat(logs(id, true).stdout()).isEmpty();

        whole.run(id);

        assertThat(logs(id, true).stdout()).isEqualTo("once\n");
    }

    @Test
    void withoutALogDriverNothingIsKeptAndReadingIsRefused() throws Exception {
        String id = whole.createShell("echo out", "{\"NetworkMode\":\"none\",\"LogConfig\":{\"Type\":\"none\"}}");

        assertThat(whole.run(id).stdout()).isEqualTo("out\n");
        assertThatThrownBy(() -> logs(id, false))
                .isInstanceOf(EngineException.class)
                .hasMessage("configured logging driver does not support reading");
        assertThat(whole.engine().containers().find(id).logPath()).isEqualTo(Path.of(""));
    }

    @Test
    void fullFilesArePutAsideWithoutLossAndTheOldestAreDeleted() throws Exception {
        String id = whole.createShell(
                "for i in $(seq 400); do echo line $i; usleep 300; done",
                "{\"NetworkMode\":\"none\",\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"4k\",\"max-file\":\"3\"}}}");
        whole.engine().containers().start(id);
        Output followed = new Output();
        whole.engine().containers().logs(id, request(true, Optional.empty()), followed);
        followed.await();

        List<String> all =
                Stream.iterate(1, i -> i + 1).limit(400).map(i -> "line " + i).toList();
        assertThat(followed.stdout().lines()).isEqualTo(all);
        List<String> kept = logs(id, false).stdout().lines().toList();
        assertThat(kept).isEqualTo(all.subList(400 - kept.size(), 400)).hasSizeGreaterThan(100);
        Path log = whole.engine().containers().find(id).logPath();
        try (Stream<Path> files = Files.list(log.getParent())) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("container.log")))
                    .hasSizeBetween(2, 3);
        }
    }

    @Test
    void oneFileOfLimitedSizeBeginsAnew() throws Exception {
        String id = whole.createShell(
                "seq 5000", "{\"NetworkMode\":\"none\",\"LogConfig\":{\"Config\":{\"max-size\":\"20k\"}}}");
        whole.run(id);

        Path log = whole.engine().containers().find(id).logPath();
        assertThat(Files.size(log)).isBetween(1L, 60_000L);
        assertThat(logs(id, false).stdout()).endsWith("\n5000\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"Type\":\"syslog\"}|logger: no log driver named 'syslog' is registered",
                "{\"Type\":\"json-file\",\"Config\":{\"nosuch\":\"1\"}}|unknown log opt 'nosuch' for json-file log driver",
                "{\"Type\":\"\",\"Config\":{\"max-size\":\"big\"}}|invalid size: 'big'",
                "{\"Type\":\"\",\"Config\":{\"max-size\":\"0\"}}|max-size must be a positive number",
                "{\"Type\":\"\",\"Config\":{\"max-file\":\"0\"}}|max-file cannot be less than 1",
                "{\"Type\":\"\",\"Config\":{\"compress\":\"true\"}}|compress cannot be true when max-file is less than 2 or max-size is not set"
            })
    void wrongLogOptionsAreRefusedInDockersWords(String config, String message) {
        assertThatThrownBy(() -> whole.createShell("true", "{\"LogConfig\":" + config + "}"))
                .isInstanceOf(EngineException.class)
                .hasMessage(message);
        assertThat(whole.engine().containers().list()).isEmpty();
    }

    static LogRequest request(boolean follow, Optional<Integer> tail) {
        return new LogRequest(true, true, follow, false, Optional.empty(), Optional.empty(), tail);
    }

    private static Output logs(String id, boolean follow) throws Exception {
        Output output = new Output();
        whole.engine().containers().logs(id, request(follow, Optional.empty()), output);
        return output.await();
    }
}
