package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.FileUser;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.IdMapping.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers that are shown with other owners than they have. */
interface IdMapCases extends StorageCases {
    long OUTSIDE = 100_000;

    IdMapping MAPPING = IdMapping.of(OUTSIDE, 65_536);

    @Test
    default void ownersAreShownMappedAndNothingIsWrittenForIt() throws IOException {
        IdMapper mapper = offered(IdMapper.class);
        bench().base("base", IdMapCases::owned);
        bench().layer("top", "base", root -> own(root, "d", 1000, 1001));
        bench().prepare("x", "top");
        bench().driver().view(id("view"), id("top"));
        bench().driver().view(id("single"), id("base"));
        long before = bench().driver().usage(id("x")).bytes();
        for (String layer : List.of("x", "view", "single")) {
            boolean single = layer.equals("single");
            try (LayerMount mount = bench().mount(mapper.mounts(id(layer), MAPPING))) {
                assertThat(owner(mount.path(), "root")).isEqualTo("100000:100000");
                assertThat(owner(mount.path(), "someone")).isEqualTo("101000:101001");
                assertThat(owner(mount.path(), "d")).isEqualTo(single ? "100000:100000" : "101000:101001");
                assertThat(owner(mount.path(), "nobody-inside")).isEqualTo("65534:65534");
                assertThat(mount.path().resolve("root")).hasContent("root");
            }
        }
        assertThat(bench().driver().usage(id("x")).bytes()).isEqualTo(before);
        bench().in("x", root -> {
            assertThat(owner(root, "root")).isEqualTo("0:0");
            assertThat(owner(root, "nobody-inside")).isEqualTo("200000:200001");
        });
    }

    @Test
    default void whatIsWrittenThroughTheMappingBelongsToTheInsideOnDisk() throws Exception {
        IdMapper mapper = offered(IdMapper.class);
        bench().base("base", IdMapCases::owned);
        bench().prepare("x", "base");
        bench().prepare("bottom");
        for (String layer : List.of("x", "bottom")) {
            try (LayerMount mount = bench().mount(mapper.mounts(id(layer), MAPPING))) {
                FileUser.<Path, IOException>as(OUTSIDE + 3, OUTSIDE + 4, () -> {
                    Files.createDirectory(mount.path().resolve("new-dir"));
                    return Files.writeString(mount.path().resolve("new-dir/f"), "new");
                });
                if (layer.equals("x")) {
                    FileUser.<Path, IOException>as(
                            OUTSIDE,
                            OUTSIDE,
                            () -> Files.writeString(
                                    mount.path().resolve("someone"), " and more", StandardOpenOption.APPEND));
                }
                assertThat(owner(mount.path(), "new-dir/f")).isEqualTo("100003:100004");
            }
            bench().in(layer, root -> {
                assertThat(owner(root, "new-dir/f")).isEqualTo("3:4");
                assertThat(owner(root, "new-dir")).isEqualTo("3:4");
            });
        }
        bench().driver().commit(id("x"), id("top"));
        bench().look("top", root -> {
            assertThat(root.resolve("someone")).hasContent("someone and more");
            assertThat(owner(root, "someone")).isEqualTo("1000:1001");
        });
        bench().look("base", root -> assertThat(root.resolve("someone")).hasContent("someone"));
    }

    @Test
    default void aMappingMayHaveSeveralRangesAndDifferForGroups() throws IOException {
        IdMapper mapper = offered(IdMapper.class);
        IdMapping mapping = new IdMapping(
                List.of(new Range(0, 300_000, 1000), new Range(1000, 1000, 1)), List.of(new Range(0, 400_000, 65_536)));
        bench().base("base", IdMapCases::owned);
        bench().prepare("x", "base");
        try (LayerMount mount = bench().mount(mapper.mounts(id("x"), mapping))) {
            assertThat(owner(mount.path(), "root")).isEqualTo("300000:400000");
            assertThat(owner(mount.path(), "someone")).isEqualTo("1000:401001");
        }
        // Another time another one.
        try (LayerMount mount = bench().mount(mapper.mounts(id("x"), MAPPING))) {
            assertThat(owner(mount.path(), "someone")).isEqualTo("101000:101001");
        }
    }

    @Test
    default void onlyWhatIsMountedIsMapped() throws IOException {
        IdMapper mapper = offered(IdMapper.class);
        bench().base("base", root -> {});

        assertThatThrownBy(() -> mapper.mounts(id("base"), MAPPING)).isInstanceOf(FailedPreconditionException.class);
        assertThatThrownBy(() -> mapper.mounts(id("nobody"), MAPPING)).isInstanceOf(NotFoundException.class);
    }

    private static void owned(Path root) throws IOException {
        Files.writeString(root.resolve("root"), "root");
        Files.writeString(root.resolve("someone"), "someone");
        Files.writeString(root.resolve("nobody-inside"), "x");
        Files.createDirectory(root.resolve("d"));
        own(root, "someone", 1000, 1001);
        own(root, "nobody-inside", 200_000, 200_001);
    }

    private static void own(Path root, String name, long uid, long gid) {
        try (OpenDirectory open = OpenDirectory.open(root)) {
            open.changeOwner(name, uid, gid);
        }
    }

    private static String owner(Path root, String name) {
        Stat stat = Stat.of(root.resolve(name)).orElseThrow();
        return stat.uid() + ":" + stat.gid();
    }
}
