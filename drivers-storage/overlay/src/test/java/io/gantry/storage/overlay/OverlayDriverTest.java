package io.gantry.storage.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.FileAttributes;
import io.gantry.linux.FileUser;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerDiff.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.WhiteoutDialect;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.LayerMount;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is the legacy overlay driver's own, on the machine's file system. */
class OverlayDriverTest {
    private StorageBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new StorageBench(new OverlayProvider(), Map.of(), Files.createTempDirectory("gantry-overlay-"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void ownersAreShownMappedAndKeptAsTheyAre() throws IOException {
        Optional<IdMapper> mapper = bench.driver().capability(IdMapper.class);
        assumeThat(mapper).as("owners can be mapped here").isPresent();
        bench.base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench.prepare("x", "base");

        Path place = Files.createDirectory(bench.context().runDirectory().resolve("place"));
        try (LayerMount mount =
                LayerMount.make(mapper.orElseThrow().mounts(LayerId.of("x"), IdMapping.of(100_000, 65_536)), place)) {
            assertThat(Stat.of(mount.path().resolve("f")).orElseThrow().uid()).isEqualTo(100_000);
            FileUser.<Path, IOException>as(
                    100_003,
                    100_004,
                    () -> Files.createFile(
                            Files.createDirectory(mount.path().resolve("d")).resolve("new")));
        }
        bench.driver().commit(LayerId.of("x"), LayerId.of("top"));

        bench.look("top", root -> {
            assertThat(Stat.of(root.resolve("f")).orElseThrow().uid()).isZero();
            assertThat(Stat.of(root.resolve("d/new")).orElseThrow().uid()).isEqualTo(3);
            assertThat(Stat.of(root.resolve("d/new")).orElseThrow().gid()).isEqualTo(4);
        });
        assertThat(bench.driver().status()).contains(new StatusRow("Supports idmapped layers", "true"));
    }

    @Test
    void itIsDeprecatedAndNeverTheDefault() {
        assertThat(bench.driver().warnings())
                .singleElement()
                .asString()
                .startsWith("WARNING: the overlay storage-driver is deprecated")
                .contains("overlay2");
        assertThat(bench.provider().priority()).isNegative();
        assertThat(bench.provider().description()).contains("Deprecated");
        assertThat(bench.driver().status())
                .extracting(StatusRow::label)
                .containsExactly("Backing Filesystem", "Supports d_type", "Supports idmapped layers", "Backing Inodes");
    }

    @Test
    void aContainerIsOneMountOnOneTreeHoweverManyLayersItsImageHas() throws IOException {
        bench.base("l0", root -> Files.writeString(root.resolve("f0"), "0"));
        for (int i = 1; i <= 5; i++) {
            String name = "f" + i;
            bench.layer("l" + i, "l" + (i - 1), root -> Files.writeString(root.resolve(name), name));
        }
        bench.prepare("x", "l5");

        MountSpec mount = bench.driver().mounts(LayerId.of("x")).get(0);
        assertThat(mount.options())
                .filteredOn(option -> option.startsWith("lowerdir+="))
                .hasSize(1);
        assertThat(mount.options()).contains("index=off", "metacopy=off", "redirect_dir=nofollow");
        bench.in(
                "x",
                root -> assertThat(root).isDirectoryContaining("glob:**/f0").isDirectoryContaining("glob:**/f5"));
    }

    @Test
    void filesAreSharedWithTheLayerBeneathUntilTheyAreChanged() throws IOException {
        bench.base("a", root -> {
            Files.writeString(root.resolve("same"), "same");
            Files.writeString(root.resolve("written"), "a");
            Files.writeString(root.resolve("mode"), "a");
        });
        bench.layer("b", "a", root -> {
            Files.writeString(root.resolve("written"), "b");
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.changeMode("mode", 0600);
            }
        });

        assertThat(inode("b", "same")).isEqualTo(inode("a", "same"));
        assertThat(inode("b", "written")).isNotEqualTo(inode("a", "written"));
        bench.look("a", root -> {
            assertThat(root.resolve("written")).hasContent("a");
            assertThat(Stat.of(root.resolve("mode")).orElseThrow().mode()).isEqualTo(0644);
        });
    }

    @Test
    void aCommittedTreeIsWhatTheMountShowed() throws IOException {
        bench.base("a", root -> {
            Files.createDirectories(root.resolve("emptied/deep"));
            Files.createDirectories(root.resolve("replaced/old"));
            Files.createDirectories(root.resolve("becomes-file/x"));
            Files.createDirectories(root.resolve("kept/deep"));
            Files.writeString(root.resolve("kept/deep/file"), "kept");
            Files.writeString(root.resolve("becomes-directory"), "x");
            Files.writeString(root.resolve("gone"), "x");
        });
        bench.layer("b", "a", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                open.removeTree("replaced");
                open.removeTree("becomes-file");
                open.removeTree("gone");
                open.removeTree("becomes-directory");
            }
            Files.delete(root.resolve("emptied/deep"));
            Files.createDirectories(root.resolve("replaced/new"));
            Files.writeString(root.resolve("becomes-file"), "file");
            Files.createDirectories(root.resolve("becomes-directory/inner"));
            Files.writeString(root.resolve("one"), "twin");
            Files.createLink(root.resolve("two"), root.resolve("one"));
            Files.setLastModifiedTime(root.resolve("kept/deep"), FileTime.from(Instant.ofEpochSecond(1_000_000)));
        });

        Path tree = tree("b");
        assertThat(tree.resolve("emptied")).isEmptyDirectory();
        assertThat(tree.resolve("replaced/old")).doesNotExist();
        assertThat(tree.resolve("replaced/new")).isDirectory();
        assertThat(tree.resolve("becomes-file")).hasContent("file");
        assertThat(tree.resolve("becomes-directory/inner")).isDirectory();
        assertThat(Stat.of(tree.resolve("gone"))).isEmpty();
        assertThat(tree.resolve("kept/deep/file")).hasContent("kept");
        assertThat(Stat.of(tree.resolve("kept/deep")).orElseThrow().mtimeSeconds())
                .isEqualTo(1_000_000);
        assertThat(inode("b", "one")).isEqualTo(inode("b", "two"));
        assertThat(Xattrs.of(tree.resolve("replaced")).names()).noneMatch(name -> name.startsWith("trusted.overlay."));
    }

    @Test
    void aFileWithTooManyNamesIsCopiedAndKeepsThoseOfItsOwnLayerTogether() throws IOException {
        bench.base("a", root -> {
            Files.writeString(root.resolve("one"), "twin");
            Files.createLink(root.resolve("two"), root.resolve("one"));
        });
        Path many = Files.createDirectory(bench.context().root().resolve("many"));
        try (OpenDirectory links = OpenDirectory.open(many);
                OpenDirectory tree = OpenDirectory.open(tree("a"))) {
            for (long i = tree.stat("one").orElseThrow().links(); i < Flattening.MOST_NAMES; i++) {
                links.makeLink("l" + i, tree, "one");
            }
        }
        bench.layer("b", "a", root -> Files.writeString(root.resolve("three"), "3"));

        assertThat(inode("b", "one")).isNotEqualTo(inode("a", "one")).isEqualTo(inode("b", "two"));
        bench.look("b", root -> assertThat(root.resolve("two")).hasContent("twin"));
        assertThat(Stat.of(tree("b").resolve("one")).orElseThrow().links()).isEqualTo(2);
        assertThat(Stat.of(tree("a").resolve("one")).orElseThrow().links()).isEqualTo(Flattening.MOST_NAMES);
    }

    @Test
    void anImmutableFileIsCopied() throws Exception {
        bench.base("a", root -> Files.writeString(root.resolve("f"), "fixed"));
        Path file = tree("a").resolve("f");
        Process chattr = new ProcessBuilder("chattr", "+i", file.toString()).start();
        assumeThat(chattr.waitFor()).as("files can be made immutable here").isZero();
        try {
            bench.layer("b", "a", root -> Files.writeString(root.resolve("g"), "x"));
        } finally {
            assertThat(new ProcessBuilder("chattr", "-i", file.toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
        assertThat(inode("b", "f")).isNotEqualTo(inode("a", "f"));
        assertThat(tree("b").resolve("f")).hasContent("fixed");
    }

    @Test
    void aLayerTakesItsDirectoriesAndChangedFilesAlone() throws IOException {
        bench.base("a", root -> {
            Files.createDirectories(root.resolve("d/e"));
            Files.write(root.resolve("d/big"), new byte[1 << 20]);
        });
        bench.layer("b", "a", root -> Files.write(root.resolve("d/e/new"), new byte[64 << 10]));

        Usage usage = bench.driver().usage(LayerId.of("b"));
        assertThat(usage.inodes()).isEqualTo(3);
        assertThat(usage.bytes()).isBetween(64L << 10, 128L << 10);
        bench.reopen();
        assertThat(bench.driver().usage(LayerId.of("b"))).isEqualTo(usage);
    }

    @Test
    void changesOfACommittedLayerAreWhereItsFilesAreOthers() throws IOException {
        NativeDiffer differ = bench.driver().capability(NativeDiffer.class).orElseThrow();
        bench.base("a", root -> {
            Files.createDirectories(root.resolve("d/gone/deep"));
            Files.writeString(root.resolve("d/same"), "same");
            Files.writeString(root.resolve("d/back"), "back");
            Files.writeString(root.resolve("d/written"), "a");
            Files.writeString(root.resolve("kind"), "file");
        });
        bench.prepare("x", "a");
        bench.in("x", root -> {
            Files.writeString(root.resolve("d/written"), "b");
            try (OpenDirectory open = OpenDirectory.open(root.resolve("d"))) {
                Stat before = open.stat();
                open.changeMode("back", 0600);
                open.changeMode("back", 0644);
                open.removeTree("gone");
                FileAttributes.setTimes(open.fd(), 0, 0, before.mtimeSeconds(), before.mtimeNanos());
            }
            Files.delete(root.resolve("kind"));
            Files.createDirectories(root.resolve("kind/inner"));
        });
        assertThat(differ.diff(LayerId.of("x"))).containsInstanceOf(LayerDiff.Kept.class);
        bench.driver().commit(LayerId.of("x"), LayerId.of("b"));

        assertThat(differ.diff(LayerId.of("b")))
                .contains(new LayerDiff.Listed(List.of(
                        new Change("/", Kind.MODIFIED),
                        new Change("/d/gone", Kind.DELETED),
                        new Change("/d/written", Kind.MODIFIED),
                        new Change("/kind", Kind.MODIFIED),
                        new Change("/kind/inner", Kind.ADDED))));
        assertThat(differ.diff(LayerId.of("a"))).contains(new LayerDiff.Kept(tree("a"), WhiteoutDialect.OVERLAY));
    }

    @Test
    void whatAKilledCommitLeftIsSweptOnOpening() throws IOException {
        bench.base("a", root -> Files.writeString(root.resolve("f"), "a"));
        bench.prepare("x", "a");
        bench.in("x", root -> Files.writeString(root.resolve("f"), "x"));
        Path layers = bench.context().root().resolve("layers");
        Path active = Path.of(bench.driver().mounts(LayerId.of("x")).get(0).options().stream()
                        .filter(option -> option.startsWith("upperdir="))
                        .findFirst()
                        .orElseThrow()
                        .substring("upperdir=".length()))
                .getParent();
        Files.createDirectories(active.resolve("root/half"));
        Files.createDirectories(active.resolve("copies"));
        Path committed = tree("a").getParent();
        Files.createDirectories(committed.resolve("upper/was"));
        Files.createDirectories(committed.resolve("work"));

        bench.reopen().cleanup();

        assertThat(layers.resolve(active.getFileName())).isDirectoryNotContaining("glob:**/{root,copies}");
        assertThat(layers.resolve(committed.getFileName())).isDirectoryNotContaining("glob:**/{upper,work}");
        assertThat(bench.context().root().resolve("trash")).isEmptyDirectory();
        bench.in("x", root -> assertThat(root.resolve("f")).hasContent("x"));
        bench.driver().commit(LayerId.of("x"), LayerId.of("b"));
        bench.look("b", root -> assertThat(root.resolve("f")).hasContent("x"));
    }

    @Test
    void whenInodesAreUsedUpACommitSaysSoAndLeavesTheLayerAsItWas() throws IOException {
        try (LoopFileSystem disk = LoopFileSystem.make(32L << 20, "", "mkfs.ext4", "-q", "-N", "128");
                StorageBench few = new StorageBench(
                        new OverlayProvider(), Map.of(), Files.createTempDirectory(disk.path(), "few-"))) {
            few.base("a", root -> {
                for (int i = 0; i < 40; i++) {
                    Files.createDirectory(root.resolve("d" + i));
                }
            });
            few.layer("b", "a", root -> {});
            few.prepare("x", "b");

            assertThatThrownBy(() -> few.driver().commit(LayerId.of("x"), LayerId.of("c")))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("none of its 128 inodes left")
                    .hasMessageContaining("--storage-driver overlay2");
            assertThat(few.driver().stat(LayerId.of("x")).orElseThrow().kind()).isEqualTo(LayerInfo.Kind.ACTIVE);
            few.driver().cleanup();
            few.in("x", root -> assertThat(root.resolve("d39")).isDirectory());
        }
    }

    @Test
    void whatDockerRefusedIsRefused() throws IOException {
        try (LoopFileSystem disk = LoopFileSystem.make(128L << 20, "", "mkfs.btrfs", "-q")) {
            assertThatThrownBy(() -> new StorageBench(
                            new OverlayProvider(), Map.of(), Files.createTempDirectory(disk.path(), "bench-")))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("'overlay' is not supported over btrfs");
        }
    }

    @Test
    void theRootsAttributesAreTakenOver() throws IOException {
        bench.base("a", root -> {
            try (OpenDirectory open = OpenDirectory.open(root)) {
                FileAttributes.changeMode(open.fd(), 0700);
            }
        });
        bench.layer(
                "b", "a", root -> assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(0700));
        bench.look("b", root -> assertThat(Stat.of(root).orElseThrow().mode()).isEqualTo(0700));
    }

    @Test
    void lostTreesAreFoundAndMended() throws IOException {
        ConsistencyChecker checker =
                bench.driver().capability(ConsistencyChecker.class).orElseThrow();
        bench.base("a", root -> Files.writeString(root.resolve("f"), "x"));
        bench.layer("b", "a", root -> {});
        bench.prepare("x", "a");
        assertThat(checker.check()).isEmpty();
        try (OpenDirectory layer = OpenDirectory.open(tree("a").getParent())) {
            layer.removeTree("root");
        }

        List<ConsistencyChecker.Fault> faults = checker.check();
        assertThat(faults)
                .extracting(fault -> fault.kind() + " " + fault.layer().orElseThrow())
                .containsExactly("UNMOUNTABLE a", "MISSING_PARENT x");
        checker.repair(faults.get(1));

        assertThat(bench.driver().stat(LayerId.of("x"))).isEmpty();
        bench.look("b", root -> assertThat(root.resolve("f")).hasContent("x"));
    }

    private long inode(String layer, String file) throws IOException {
        return Stat.of(tree(layer).resolve(file)).orElseThrow().inode();
    }

    private Path tree(String committed) throws IOException {
        LayerId view = LayerId.of(committed + ".tree");
        bench.driver().view(view, LayerId.of(committed));
        List<MountSpec> mounts = bench.driver().mounts(view);
        bench.driver().remove(view);
        return Path.of(mounts.get(0).source());
    }
}
