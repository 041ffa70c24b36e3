package io.gantry.volume.local;

import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who uses which volume: an empty file {@code consumers/VOLUME/CONSUMER} each, in the directory that a reboot empties, as it ends all uses. So a daemon that is started anew still knows them.
 */
final class Consumers {
    private static final String PREFIX = "by-";

    private final Path directory;

    Consumers(Path runDirectory) {
        directory = runDirectory.resolve("consumers");
    }

    /** Returns false if that consumer was noted already. */
    boolean add(String volume, String consumer) {
        Path file = file(volume, consumer);
        try {
            Files.createDirectories(file.getParent());
            if (Files.exists(file)) {
                return false;
            }
            Files.createFile(file);
            return true;
        } catch (IOException e) {
            throw IoFailures.of("note that " + consumer + " uses volume " + volume, e);
        }
    }

    /** Returns false if that consumer was not noted. */
    boolean remove(String volume, String consumer) {
        Path file = file(volume, consumer);
        try {
            boolean was = Files.deleteIfExists(file);
            Files.deleteIfExists(file.getParent());
            return was;
        } catch (DirectoryNotEmptyException e) {
            return true;
        } catch (IOException e) {
            throw IoFailures.of("note that " + consumer + " no longer uses volume " + volume, e);
        }
    }

    List<String> of(String volume) {
        Path file = directory.resolve(volume);
        if (!Files.isDirectory(file)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(file)) {
            return entries.map(entry -> entry.getFileName().toString().substring(PREFIX.length()))
                    .map(name -> URLDecoder.decode(name, StandardCharsets.UTF_8))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw IoFailures.of("list who uses volume " + volume, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("list who uses volume " + volume, e);
        }
    }

    private Path file(String volume, String consumer) {
        return directory.resolve(volume).resolve(PREFIX + URLEncoder.encode(consumer, StandardCharsets.UTF_8));
    }
}
