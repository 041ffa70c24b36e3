package io.gantry.image.testing;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tmpfs of a given size (other mount options may follow it), for tests of what happens when it is full. */
public final class SmallDisk implements AutoCloseable {
    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    public static SmallDisk of(String size) throws IOException {
        Programs.assumeRoot();
        Path path = Files.createTempDirectory("gantry-small-");
        Mounts.mount(new MountRequest("tmpfs", "tmpfs", List.of(("size=" + size).split(","))), path);
        Mounts.makePrivate(path);
        return new SmallDisk(path);
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        Mounts.detach(path);
        Files.delete(path);
    }
}
