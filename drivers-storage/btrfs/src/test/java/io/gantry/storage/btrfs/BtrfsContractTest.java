package io.gantry.storage.btrfs;

import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.Damage;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class BtrfsContractTest extends StorageDriverContract {
    private static LoopFileSystem btrfs;
    private Set<Long> groupsBefore = Set.of();

    @BeforeAll
    static void format() throws IOException {
        btrfs = LoopFileSystem.make(1L << 30, "", "mkfs.btrfs", "-q");
    }

    @AfterAll
    static void unmount() throws IOException {
        btrfs.close();
    }

    @BeforeEach
    void findGroups() {
        try (Volume volume = Volume.of(scratch())) {
            groupsBefore = new QuotaGroups(volume).all();
        }
    }

    @Override
    protected StorageDriverProvider provider() {
        return new BtrfsProvider();
    }

    @Override
    protected Path scratch() {
        return btrfs.path();
    }

    /** The subvolumes and quota groups as well. Groups that a case before this one left to the kernel to let go of are not of this one. */
    @Override
    public List<String> leftovers() throws IOException {
        List<String> all = new ArrayList<>(super.leftovers());
        BtrfsProgram.subvolumes(scratch()).forEach(path -> all.add("subvolume " + path));
        try (Volume volume = Volume.of(scratch())) {
            new QuotaGroups(volume)
                    .all().stream()
                            .filter(group -> group != 5 && !groupsBefore.contains(group))
                            .sorted()
                            .forEach(group -> all.add("group 0/" + group));
        }
        return all;
    }

    /** What can happen to directories, done to subvolumes. */
    @Override
    public List<Damage> damages() {
        List<Damage> damages = new ArrayList<>(super.damages());
        damages.removeIf(damage -> damage.name().equals("the directory of a layer beneath is gone"));
        damages.add(new Damage(
                "the subvolume of a layer beneath is gone",
                Kind.UNMOUNTABLE,
                Damage.About.BASE,
                (bench, layers) -> BtrfsProgram.run("subvolume", "delete", content(layers.base()))));
        damages.add(new Damage(
                "a directory is in the place of a subvolume", Kind.UNMOUNTABLE, Damage.About.FREE, (bench, layers) -> {
                    String content = content(layers.free());
                    BtrfsProgram.run("subvolume", "delete", content);
                    Files.createDirectory(Path.of(content));
                }));
        damages.add(new Damage(
                "an active layer is read-only",
                Kind.UNMOUNTABLE,
                Damage.About.FREE,
                (bench, layers) -> BtrfsProgram.run("property", "set", content(layers.free()), "ro", "true")));
        damages.add(new Damage(
                "a committed layer is writable",
                Kind.CONTENT_MISMATCH,
                Damage.About.BASE,
                (bench, layers) -> BtrfsProgram.run("property", "set", content(layers.base()), "ro", "false")));
        damages.add(new Damage(
                "a committed layer was changed", Kind.CONTENT_MISMATCH, Damage.About.BASE, (bench, layers) -> {
                    BtrfsProgram.run("property", "set", content(layers.base()), "ro", "false");
                    Files.writeString(Path.of(content(layers.base()), "another"), "x");
                    BtrfsProgram.run("property", "set", content(layers.base()), "ro", "true");
                }));
        return damages;
    }

    private String content(LayerId layer) throws IOException {
        return bench().context()
                .root()
                .resolve("layers")
                .resolve(bench().record(layer).getFileName())
                .resolve("fs")
                .toString();
    }

    @Override
    public LoopFileSystem smallDisk() throws IOException {
        return LoopFileSystem.make(32L << 20, "", "mkfs.btrfs", "-q", "--mixed");
    }
}
