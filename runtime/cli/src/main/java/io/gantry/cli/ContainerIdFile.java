package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code --cidfile}: made before the container, so that a file that cannot be written makes none; removed unless written. */
final class ContainerIdFile implements Closeable {
    private final Optional<Path> path;
    private boolean written;

    private ContainerIdFile(Optional<Path> path) {
        this.path = path;
    }

    /** An empty name means no file. */
    static ContainerIdFile create(String name) {
        if (name.isEmpty()) {
            return new ContainerIdFile(Optional.empty());
        }
        Path path = Path.of(name);
        if (Files.exists(path)) {
            throw new UsageException(
                    "container ID file found, make sure the other container isn't running or delete " + name);
        }
        try {
            Files.createFile(path);
        } catch (IOException e) {
            throw new UsageException("failed to create the container ID file: " + Main.describe(e));
        }
        return new ContainerIdFile(Optional.of(path));
    }

    void write(String id) throws IOException {
        if (path.isPresent()) {
            Files.writeString(path.get(), id);
            written = true;
        }
    }

    @Override
    public void close() throws IOException {
        if (path.isPresent() && !written) {
            Files.delete(path.get());
        }
    }
}
