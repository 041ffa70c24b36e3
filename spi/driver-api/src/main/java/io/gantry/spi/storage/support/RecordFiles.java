package io.gantry.spi.storage.support;

import io.gantry.spi.DriverException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The catalogue's files: one per layer, named by key, replaced whole and on disk when a call returns. */
final class RecordFiles {
    private final Path directory;

    /** @throws DriverException if the directory cannot be made */
    RecordFiles(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw IoFailures.of("make the layer catalogue " + directory, e);
        }
    }

    /** Reads all records and deletes what an interrupted write left. */
    List<LayerRecord> load() {
        List<LayerRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.startsWith(DurableFields.UNFINISHED)) {
                    Files.delete(file);
                } else {
                    records.add(read(name, file));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("read the layer catalogue " + directory, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("read the layer catalogue " + directory, e);
        }
        return records;
    }

    Path of(LayerRecord layer) {
        return directory.resolve(layer.key());
    }

    /** Whether there is a whole record of a layer's key. */
    boolean isReadable(LayerRecord layer) {
        Path file = of(layer);
        try {
            RecordCodec.record(layer.key(), DurableFields.read(file, RecordCodec.HEADER));
            return true;
        } catch (NoSuchFileException | DurableFields.DamagedException e) {
            return false;
        } catch (IOException e) {
            throw IoFailures.of("read the layer record " + file, e);
        }
    }

    /** Writes a record: when this returns it survives a power cut, and until then the one before it does. */
    void write(LayerRecord layer) {
        Path file = of(layer);
        try {
            DurableFields.write(file, RecordCodec.HEADER, RecordCodec.fields(layer));
        } catch (IOException e) {
            throw IoFailures.of("record layer " + layer.id() + " in " + file, e);
        }
    }

    /** Deletes a record. What it named may be deleted once {@link #force} has returned. */
    void delete(LayerRecord layer) {
        Path file = of(layer);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw IoFailures.of("delete the record of layer " + layer.id() + ", " + file, e);
        }
    }

    /** Puts the directory's entries on disk. */
    void force() throws IOException {
        DurableFields.force(directory);
    }

    private static LayerRecord read(String key, Path file) throws IOException {
        try {
            return RecordCodec.record(key, DurableFields.read(file, RecordCodec.HEADER));
        } catch (DurableFields.DamagedException e) {
            throw new IoFailureException(
                    new Problem(
                            "read the layer record " + file,
                            e.getMessage(),
                            "restore the file from a backup, or delete it: its layer and the layers on top of it are then"
                                    + " removed at the next start"),
                    e);
        }
    }
}
