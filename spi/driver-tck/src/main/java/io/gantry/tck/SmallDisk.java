package io.gantry.tck;

import java.io.IOException;
import java.nio.file.Path;

/** A mounted file system of a test's own, soon full. */
public interface SmallDisk extends AutoCloseable {
    /** Where it is mounted. */
    Path path();

    /** Writes a file, for as long as there is room. */
    void fill(Path file) throws IOException;

    /** Waits until space that was given back can be used. Nothing to wait for by default. */
    default void settle() throws IOException {}

    /** Unmounts it and deletes it. */
    @Override
    void close() throws IOException;
}
