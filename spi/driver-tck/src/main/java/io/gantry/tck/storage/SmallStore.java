package io.gantry.tck.storage;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** An open driver with room for some tens of megabytes, for the cases of a full disk. A driver that does not take its room from a file system has one of its own. */
public interface SmallStore extends AutoCloseable {
    /** The driver. */
    StorageBench bench();

    /** Takes all the room that is left. */
    void fill() throws IOException;

    /** Gives back what {@link #fill} took. */
    void relieve() throws IOException;

    /** Waits until room that was given back can be used. */
    void settle() throws IOException;

    @Override
    void close() throws IOException;

    /** One on a small file system, which is closed with it. */
    static SmallStore on(SmallDisk disk, StorageDriverProvider provider, Map<String, String> daemonOptions)
            throws IOException {
        StorageBench bench;
        try {
            bench = new StorageBench(provider, daemonOptions, Files.createTempDirectory(disk.path(), "small-"));
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
        Path ballast = disk.path().resolve("ballast");
        return new SmallStore() {
            @Override
            public StorageBench bench() {
                return bench;
            }

            @Override
            public void fill() throws IOException {
                disk.fill(ballast);
            }

            @Override
            public void relieve() throws IOException {
                Files.delete(ballast);
            }

            @Override
            public void settle() throws IOException {
                disk.settle();
            }

            @Override
            public void close() throws IOException {
                try {
                    bench.close();
                } finally {
                    disk.close();
                }
            }
        };
    }
}
