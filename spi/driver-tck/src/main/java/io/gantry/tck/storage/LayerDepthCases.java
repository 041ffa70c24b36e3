package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many layers on top of each other. */
interface LayerDepthCases extends StorageCases {
    int depth();

    int deepest();

    @Test
    default void manyLayersAreMountedAtOnce() throws IOException {
        bench().base("l0", root -> Files.writeString(root.resolve("f0"), "0"));
        for (int i = 1; i < depth(); i++) {
            String text = "" + i;
            bench().layer("l" + i, "l" + (i - 1), root -> {
                Files.writeString(root.resolve("f" + text), text);
                Files.writeString(root.resolve("latest"), text);
            });
        }
        String last = "" + (depth() - 1);
        bench().prepare("top", "l" + last);
        bench().in("top", root -> {
            assertThat(names(root)).hasSize(depth() + 1);
            assertThat(root.resolve("f0")).hasContent("0");
            assertThat(root.resolve("latest")).hasContent(last);
            for (int i = 1; i < depth(); i++) {
                assertThat(root.resolve("f" + i)).hasContent("" + i);
            }
            Files.writeString(root.resolve("f0"), "top");
        });
        bench().look("l" + last, root -> assertThat(root.resolve("f0")).hasContent("0"));
    }

    /** The limit is told before anything is made: an image that could be unpacked and never mounted would be of no use. */
    @Test
    default void theDeepestStackIsMountedOrRefusedInWords() throws IOException {
        bench().base("l0", root -> Files.writeString(root.resolve("f0"), "0"));
        int reached = 1;
        for (; reached < deepest(); reached++) {
            if (!add(reached)) {
                break;
            }
        }
        note("deepest", Integer.toString(reached));
        assertThat(reached).as("layers on top of each other").isGreaterThanOrEqualTo(Math.min(depth(), deepest()));
        String top = "l" + (reached - 1);
        int topmost = reached - 1;
        bench().look(top, root -> {
            assertThat(root.resolve("f0")).hasContent("0");
            assertThat(root.resolve("latest")).hasContent("" + topmost);
            assertThat(root.resolve("f" + topmost / 50 * 50)).hasContent("" + topmost / 50 * 50);
        });
        if (reached == deepest()) {
            bench().prepare("top", top);
            bench().in("top", root -> {
                assertThat(root.resolve("f0")).hasContent("0");
                Files.writeString(root.resolve("f0"), "top");
                Files.delete(root.resolve("latest"));
                assertThat(root.resolve("latest")).doesNotExist();
            });
        }
    }

    /** Whether the driver takes another one. */
    private boolean add(int number) throws IOException {
        String name = "l" + number;
        List<LayerInfo> before = bench().driver().layers();
        try {
            bench().prepare(name + ".new", "l" + (number - 1));
        } catch (UnsupportedException e) {
            assertThat(e.problem().reason()).isNotBlank();
            assertThat(e.problem().remedy()).isNotBlank();
            assertThat(bench().driver().layers()).isEqualTo(before);
            return false;
        }
        bench().apply(name + ".new", target -> {
            // A new file, as an archive is applied: the one beneath may be another layer's, too.
            Files.deleteIfExists(target.directory().resolve("latest"));
            Files.writeString(target.directory().resolve("latest"), "" + number);
            if (number % 50 == 0) {
                Files.writeString(target.directory().resolve("f" + number), "" + number);
            }
        });
        bench().driver().commit(id(name + ".new"), id(name));
        return true;
    }

    /** In ten layers the same names come and go: each layer takes away what the one before has added, and adds what that has taken away. */
    @Test
    default void whatIsDeletedAndAddedAgainTenTimesShowsAtEachLevel() throws IOException {
        List<TreeSet<String>> expected = new ArrayList<>();
        TreeSet<String> now = new TreeSet<>();
        for (int level = 0; level < 10; level++) {
            List<String> wanted = new ArrayList<>();
            for (int name = 0; name < 10; name++) {
                if ((level + name) % 2 == 0 || name > level) {
                    wanted.add("n" + name);
                }
            }
            TreeSet<String> before = new TreeSet<>(now);
            String text = "level" + level;
            boolean even = level % 2 == 0;
            StorageBench.Work change = root -> {
                for (String gone : before) {
                    if (!wanted.contains(gone)) {
                        remove(root.resolve(gone));
                    }
                }
                for (String name : wanted) {
                    // A directory on even levels, a file on odd ones, so that each turns into the other.
                    Path path = root.resolve(name);
                    if (Files.exists(path)) {
                        remove(path);
                    }
                    if (even) {
                        Files.createDirectories(path.resolve("in"));
                        Files.writeString(path.resolve("in").resolve(text), text);
                    } else {
                        Files.writeString(path, text);
                    }
                }
            };
            if (level == 0) {
                bench().base("e0", change);
            } else {
                bench().layer("e" + level, "e" + (level - 1), change);
            }
            now = new TreeSet<>(wanted);
            expected.add(now);
        }
        bench().reopen();
        for (int level = 0; level < 10; level++) {
            String text = "level" + level;
            TreeSet<String> names = expected.get(level);
            bench().look("e" + level, root -> {
                assertThat(names(root)).containsExactlyElementsOf(names);
                for (String name : names) {
                    Path path = root.resolve(name);
                    if (Files.isDirectory(path)) {
                        assertThat(names(path.resolve("in"))).containsExactly(text);
                    } else {
                        assertThat(path).hasContent(text);
                    }
                }
            });
        }
    }

    private static void remove(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (String name : names(path)) {
                remove(path.resolve(name));
            }
        }
        Files.delete(path);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
