package io.gantry.spi.storage.support;

import io.gantry.spi.DriverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One directory per layer, {@code ROOT/layers/KEY}, and a {@code ROOT/trash} on the same file system: to discard a layer takes one rename, the deletion is done by {@link #emptyTrash}.
 *
 * <p>Thread-safe as far as each key is used by one thread at a time.
 */
public final class LayerDirectories {
    /** How directories in the root begin in which a driver tries something out. Those of a process that was killed are discarded when they are old enough. */
    public static final String TRIAL = ".trial-";

    private static final Duration LONGEST_TRIAL = Duration.ofMinutes(1);
    private static final System.Logger LOG = System.getLogger(LayerDirectories.class.getName());
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path layers;
    private final Path trash;
    private final Object emptying = new Object();
    private final AtomicLong discarded = new AtomicLong();

    private LayerDirectories(Path layers, Path trash) {
        this.layers = layers;
        this.trash = trash;
    }

    /**
     * Opens the directories of a root and moves left-overs of a process that was killed into the trash: every directory whose key is not known. Their contents stay until {@link #emptyTrash}.
     *
     * @param known the keys of the catalogue, opened before
     */
    public static LayerDirectories open(Path root, Set<String> known) {
        LayerDirectories directories = new LayerDirectories(root.resolve("layers"), root.resolve("trash"));
        try {
            Files.createDirectories(directories.layers);
            Files.createDirectories(directories.trash);
        } catch (IOException e) {
            throw IoFailures.of("make the layer directories in " + root, e);
        }
        directories.discardUnknown(known);
        directories.discardOldTrials(root);
        return directories;
    }

    /** Where a layer's data is, whether it exists or not. */
    public Path of(String key) {
        return layers.resolve(key);
    }

    /** What is there now, of layers and of nobody. */
    public List<Path> list() {
        try (Stream<Path> entries = Files.list(layers)) {
            return entries.sorted().toList();
        } catch (UncheckedIOException e) {
            throw IoFailures.of("list the layers in " + layers, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("list the layers in " + layers, e);
        }
    }

    /** Makes a layer's directory, mode 0700. */
    public Path create(String key) {
        Path directory = of(key);
        try {
            return Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (IOException e) {
            throw IoFailures.of("make the layer directory " + directory, e);
        }
    }

    /** Moves a layer's directory into the trash; does nothing if there is none. */
    public void discard(String key) {
        Path directory = of(key);
        try {
            Files.move(directory, inTrash(key), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "{0} is gone already", directory);
        } catch (IOException e) {
            throw IoFailures.of("move " + directory + " into " + trash, e);
        }
    }

    /** Moves one thing in a layer's directory into the trash; does nothing if it is not there. */
    public void discard(String key, String part) {
        Path path = of(key).resolve(part);
        try {
            Files.move(path, inTrash(key + "-" + part), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "{0} is gone already", path);
        } catch (IOException e) {
            throw IoFailures.of("move " + path + " into " + trash, e);
        }
    }

    /** As {@link #discard(String)} while another error is on its way up: a failure is added to that one. */
    public void discard(String key, Throwable failure) {
        try {
            discard(key);
        } catch (DriverException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Deletes what was discarded. What cannot be deleted, such as a directory that is still a mount point, is logged and stays for the next time.
     *
     * @param remover deletes one tree, whoever made it and however deep it is, and follows no links
     */
    public void emptyTrash(Consumer<Path> remover) {
        synchronized (emptying) {
            for (Path tree : discardedTrees()) {
                try {
                    remover.accept(tree);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, tree + " could not be deleted and stays until the next attempt", e);
                }
            }
        }
    }

    private List<Path> discardedTrees() {
        try (Stream<Path> trees = Files.list(trash)) {
            return trees.sorted().toList();
        } catch (UncheckedIOException e) {
            throw IoFailures.of("list discarded layers in " + trash, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("list discarded layers in " + trash, e);
        }
    }

    private void discardUnknown(Set<String> known) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(layers)) {
            for (Path entry : entries) {
                String key = entry.getFileName().toString();
                if (!known.contains(key)) {
                    LOG.log(Level.INFO, "{0} belongs to no layer and is discarded", entry);
                    discard(key);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("look for left-overs in " + layers, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("look for left-overs in " + layers, e);
        }
    }

    /** Only old ones, since a probe takes no lock and may be at work in this moment. */
    private void discardOldTrials(Path root) {
        FileTime limit = FileTime.from(Instant.now().minus(LONGEST_TRIAL));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, TRIAL + "*")) {
            for (Path entry : entries) {
                if (Files.getLastModifiedTime(entry).compareTo(limit) < 0) {
                    Files.move(entry, inTrash(entry.getFileName().toString()), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("look for left-overs in " + root, e.getCause());
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "{0} went away", e.getFile());
        } catch (IOException e) {
            throw IoFailures.of("look for left-overs in " + root, e);
        }
    }

    private Path inTrash(String key) {
        return trash.resolve(
                key + "-" + Long.toString(System.currentTimeMillis(), 36) + "-" + discarded.incrementAndGet());
    }
}
