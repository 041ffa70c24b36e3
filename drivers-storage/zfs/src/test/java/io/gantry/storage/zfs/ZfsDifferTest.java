package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.KernelString;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerDiff.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Changes as {@code zfs diff} tells them. */
@Tag("zfs")
class ZfsDifferTest {
    private static ZfsPool pool;

    private StorageBench bench;
    private NativeDiffer differ;

    @BeforeAll
    static void make() throws IOException {
        ZfsPool.assumeZfs();
        pool = ZfsPool.make(1L << 30);
    }

    @AfterAll
    static void destroy() throws IOException {
        if (pool != null) {
            pool.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new ZfsProvider(), Map.of(), Files.createTempDirectory(pool.path(), "diff er-"));
        differ = bench.driver().capability(NativeDiffer.class).orElseThrow();
        bench.base("base", root -> {
            Files.createDirectories(root.resolve("d/e"));
            Files.writeString(root.resolve("d/e/f"), "x");
            Files.writeString(root.resolve("same"), "x");
            Files.writeString(root.resolve("changed"), "x");
            Files.writeString(root.resolve("moved"), "x");
            Files.createDirectories(root.resolve("gone/below"));
            Files.writeString(root.resolve("gone/below/f"), "x");
        });
        bench.prepare("x", "base");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void everyKindOfChangeIsListedOfALayerInUseAndOfACommittedOne() throws IOException {
        List<Change> expected = List.of(
                new Change("/", Kind.MODIFIED),
                new Change("/changed", Kind.MODIFIED),
                new Change("/d", Kind.MODIFIED),
                new Change("/d/moved here", Kind.ADDED),
                new Change("/gone", Kind.DELETED),
                new Change("/moved", Kind.DELETED),
                new Change("/new", Kind.ADDED),
                new Change("/new/below", Kind.ADDED),
                new Change("/new/below/l", Kind.ADDED));
        try (LayerMount mount = bench.mount("x")) {
            Path root = mount.path();
            Files.writeString(root.resolve("changed"), "y");
            Files.move(root.resolve("moved"), root.resolve("d/moved here"));
            Files.delete(root.resolve("gone/below/f"));
            Files.delete(root.resolve("gone/below"));
            Files.delete(root.resolve("gone"));
            Files.createDirectories(root.resolve("new/below"));
            Files.createSymbolicLink(root.resolve("new/below/l"), Path.of("nowhere"));

            assertThat(changes("x")).isEqualTo(expected);
        }
        bench.driver().commit(LayerId.of("x"), LayerId.of("top"));
        assertThat(changes("top")).isEqualTo(expected);
    }

    @Test
    void nothingIsListedOfALayerThatIsAsItsParent() throws IOException {
        assertThat(changes("x")).isEmpty();
        bench.in("x", root -> {
            FileTime time = Files.getLastModifiedTime(root.resolve("same"));
            FileTime above = Files.getLastModifiedTime(root);
            Files.writeString(root.resolve("same"), "y");
            Files.delete(root.resolve("same"));
            Files.writeString(root.resolve("same"), "x");
            Files.setLastModifiedTime(root.resolve("same"), time);
            Files.setLastModifiedTime(root, above);
        });

        assertThat(changes("x")).isEmpty();
    }

    @Test
    void aNameThatIsUsedAgainIsModified() throws IOException {
        bench.in("x", root -> {
            Files.move(root.resolve("changed"), root.resolve("other"));
            Files.writeString(root.resolve("changed"), "new");
        });

        assertThat(changes("x"))
                .containsExactly(
                        new Change("/", Kind.MODIFIED),
                        new Change("/changed", Kind.MODIFIED),
                        new Change("/other", Kind.ADDED));
    }

    @Test
    void namesThatAreNoTextAreListed() throws IOException {
        String odd = KernelString.decode(new byte[] {'n', (byte) 0xE9, '\n', '\t', ' ', '\\'});
        String umlaut = KernelString.decode("\u00fc".getBytes(StandardCharsets.UTF_8));
        bench.in("x", root -> {
            try (OpenDirectory directory = OpenDirectory.open(root)) {
                directory.makeDirectory(odd, 0755);
                directory.makeDirectory(umlaut, 0755);
            }
        });

        assertThat(changes("x"))
                .containsExactlyInAnyOrder(
                        new Change("/", Kind.MODIFIED),
                        new Change("/" + odd, Kind.ADDED),
                        new Change("/" + umlaut, Kind.ADDED));
    }

    @Test
    void whatZfsDiffTellsTooLittleOfIsLeftToOthers() throws IOException {
        assertThat(differ.diff(LayerId.of("base"))).as("a layer without parent").isEmpty();
        bench.in("x", root -> Files.move(root.resolve("d"), root.resolve("renamed")));
        assertThat(differ.diff(LayerId.of("x"))).as("a renamed directory").isEmpty();
        bench.prepare("linked", "base");
        bench.in("linked", root -> Files.createLink(root.resolve("same2"), root.resolve("same")));
        assertThat(differ.diff(LayerId.of("linked")))
                .as("a file that got a name")
                .isEmpty();
        bench.prepare("replaced", "base");
        bench.in("replaced", root -> {
            Files.delete(root.resolve("same"));
            Files.createDirectory(root.resolve("same"));
        });
        assertThat(differ.diff(LayerId.of("replaced")))
                .as("a file that became a directory")
                .isEmpty();
    }

    @Test
    void aViewHasNoChangesAndNobodyIsNotFound() {
        bench.driver().view(LayerId.of("v"), LayerId.of("base"));

        assertThatThrownBy(() -> differ.diff(LayerId.of("v"))).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> differ.diff(LayerId.of("nobody"))).isInstanceOf(NotFoundException.class);
    }

    private List<Change> changes(String layer) {
        Optional<LayerDiff> diff = differ.diff(LayerId.of(layer));
        assertThat(diff).containsInstanceOf(LayerDiff.Listed.class);
        return ((LayerDiff.Listed) diff.orElseThrow()).changes();
    }
}
