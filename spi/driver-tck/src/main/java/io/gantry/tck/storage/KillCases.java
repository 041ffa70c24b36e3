package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a driver finds that was killed in the middle of its work, at points nobody chose. */
interface KillCases extends StorageCases {
    @Test
    default void aKilledDriverLosesNothingThatItCommittedAndLeavesNothingElse() throws Exception {
        Path root = bench().context().root();
        bench().reopen();
        List<Path> unused = tree(root);
        Random random = new Random();
        Set<String> committed = new HashSet<>();
        for (int round = 0; round < 3; round++) {
            bench().driver().close();
            Set<String> unsure = churnAndKill("r" + round + "-", 5 + random.nextInt(40), committed);
            bench().reopen();
            bench().driver().cleanup();

            Set<String> found = new HashSet<>();
            for (LayerInfo layer : bench().driver().layers()) {
                if (layer.kind() == Kind.COMMITTED) {
                    found.add(layer.id().value());
                    holdsWhatWasWritten(layer);
                }
            }
            assertThat(found).containsAll(committed);
            committed.addAll(unsure);
            committed.retainAll(found);
        }
        List<LayerInfo> childrenFirst = new ArrayList<>(bench().driver().layers());
        Collections.reverse(childrenFirst);
        childrenFirst.forEach(layer -> bench().driver().remove(layer.id()));
        bench().driver().cleanup();
        assertThat(tree(root)).isEqualTo(unused);
    }

    private void holdsWhatWasWritten(LayerInfo layer) throws IOException {
        String name = layer.id().value();
        bench().look(name, shown -> {
            assertThat(shown.resolve(name)).hasContent(LayerChurn.content(name));
            if (layer.parent().isPresent()) {
                String parent = layer.parent().get().value();
                assertThat(shown.resolve(parent)).hasContent(LayerChurn.content(parent));
            }
        });
    }

    /** Adds to and takes from what is committed for sure; returns what may or may not be there. */
    private Set<String> churnAndKill(String prefix, int reports, Set<String> committed) throws Exception {
        Path errors = bench().context().runDirectory().resolve("errors");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LayerChurn.class.getName(),
                        bench().provider().getClass().getName(),
                        bench().context().root().toString(),
                        bench().context().runDirectory().toString(),
                        prefix)
                .redirectError(errors.toFile())
                .start();
        Set<String> unsure = new HashSet<>();
        try (BufferedReader told = child.inputReader(StandardCharsets.UTF_8)) {
            String line = told.readLine();
            assertThat(line)
                    .as("what the other process did, rather than %s", Files.readString(errors))
                    .isNotNull();
            for (int i = 1; line != null; i++) {
                String name = line.substring(line.indexOf(' ') + 1);
                switch (line.substring(0, line.indexOf(' '))) {
                    case "committed" -> committed.add(name);
                    case "removing" -> {
                        committed.remove(name);
                        unsure.add(name);
                    }
                    default -> unsure.remove(name);
                }
                if (i == reports) {
                    // Not by the process, which would close the stream with what was told before the end.
                    child.toHandle().destroyForcibly();
                }
                line = told.readLine();
            }
        } finally {
            child.toHandle().destroyForcibly();
            child.waitFor();
        }
        return unsure;
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted().toList();
        }
    }
}
