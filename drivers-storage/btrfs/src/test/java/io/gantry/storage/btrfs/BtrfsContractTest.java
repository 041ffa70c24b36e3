package io.gantry.storage.btrfs;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.storage.StorageDriverContract;
import java.io.IOException;
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

    @Override
    public LoopFileSystem smallDisk() throws IOException {
        return LoopFileSystem.make(32L << 20, "", "mkfs.btrfs", "-q", "--mixed");
    }
}
