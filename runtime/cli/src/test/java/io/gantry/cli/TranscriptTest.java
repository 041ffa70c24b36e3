package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every case of the transcripts. Those marked {@code $} were recorded from Docker's own command line, so that passing means to send
 * the same requests and print the same. {@code -Dgantry.record=true} records them anew with the {@code docker} on the PATH;
 * {@code -Dgantry.record=check} compares only.
 */
class TranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    @BeforeAll
    static void utc() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @TestFactory
    Stream<DynamicNode> gantryDoesAsRecorded(@TempDir Path temporary) throws IOException {
        TranscriptRun run = new TranscriptRun(temporary, FOLDER.resolve("world.txt"));
        return Transcript.all(FOLDER).stream()
                .flatMap(transcript -> transcript.cases().stream())
                .map(each -> DynamicTest.dynamicTest(
                        each.toString(),
                        () -> assertThat(String.join("\n", run.run(each, Peer.gantry())))
                                .isEqualTo(String.join("\n", each.expected()))));
    }

    @Test
    void dockerDoesAsRecorded(@TempDir Path temporary) throws Exception {
        String mode = System.getProperty("gantry.record", "");
        assumeTrue(!mode.isEmpty(), "give -Dgantry.record=check (or true) to run Docker's command line as well");
        TranscriptRun run = new TranscriptRun(temporary, FOLDER.resolve("world.txt"));
        List<String> changes = new ArrayList<>();
        for (Transcript transcript : Transcript.all(FOLDER)) {
            List<Transcript.Case> cases = new ArrayList<>();
            for (Transcript.Case each : transcript.cases()) {
                boolean recorded = each.recorded();
                Transcript.Case now = recorded ? each.expecting(run.run(each, Peer.docker())) : each;
                if (!now.expected().equals(each.expected())) {
                    changes.add(each.toString());
                }
                cases.add(now);
            }
            if (mode.equals("true")) {
                transcript.write(cases);
            }
        }
        if (!mode.equals("true")) {
            assertThat(changes).isEmpty();
        }
        assertThat(Files.isDirectory(FOLDER)).isTrue();
    }
}
