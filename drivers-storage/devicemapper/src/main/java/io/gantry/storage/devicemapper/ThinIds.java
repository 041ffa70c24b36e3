package io.gantry.storage.devicemapper;

import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.support.DurableFields;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which thin devices of the pool are the driver's, one small file each: {@code ROOT/devices/ID}. A pool does not tell its devices' ids, so that a device of which nothing is written here could never
 * be found again. Therefore the file is on disk before the device is made, and stays until the device is deleted: it is the record of the transaction that makes a device, and of the one that deletes
 * it. A device whose key is neither a layer's nor the base device's is half made or to be deleted, and nothing is lost by deleting it.
 *
 * <p>Thread-safe.
 */
final class ThinIds {
    private static final String HEADER = "gantry-thin-device 1";

    private final Path directory;
    private final TreeMap<Integer, Thin> devices = new TreeMap<>();
    private final Set<Integer> foreign = new HashSet<>();

    private ThinIds(Path directory) {
        this.directory = directory;
    }

    /**
     * A thin device.
     *
     * @param id in the pool
     * @param key of the layer it is for
     * @param transaction of the pool that makes it
     * @param bytes its size
     */
    record Thin(int id, String key, long transaction, long bytes) {}

    static ThinIds open(Path root) {
        ThinIds ids = new ThinIds(root.resolve("devices"));
        try {
            Files.createDirectories(ids.directory);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(ids.directory)) {
                for (Path file : files) {
                    if (file.getFileName().toString().startsWith(".")) {
                        Files.delete(file);
                    } else {
                        Thin thin = read(file);
                        ids.devices.put(thin.id(), thin);
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("read the list of thin devices in " + ids.directory, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("read the list of thin devices in " + ids.directory, e);
        }
        return ids;
    }

    /** All of them, by id. A snapshot. */
    synchronized List<Thin> all() {
        return List.copyOf(devices.values());
    }

    /** Whether a device is one of the driver's. */
    synchronized boolean contains(int id) {
        return devices.containsKey(id);
    }

    /** The device of a layer. */
    synchronized Optional<Thin> find(String key) {
        return devices.values().stream().filter(thin -> thin.key().equals(key)).findFirst();
    }

    /** Sets the lowest free id aside, on disk, for a device that is about to be made. */
    synchronized Thin allocate(String key, long transaction, long bytes) {
        int id = 1;
        while (devices.containsKey(id) || foreign.contains(id)) {
            id++;
        }
        if (id > ThinPool.MOST_IDS) {
            throw new UnsupportedException(
                    Problem.of("make a thin device", "all " + ThinPool.MOST_IDS + " device ids of the pool are taken"));
        }
        Thin thin = new Thin(id, key, transaction, bytes);
        write(thin);
        return thin;
    }

    /** Notes another size of a device. */
    synchronized Thin resize(Thin thin, long bytes) {
        Thin resized = new Thin(thin.id(), thin.key(), thin.transaction(), bytes);
        write(resized);
        return resized;
    }

    /** The id is free again: its device is gone. */
    synchronized void release(Thin thin) {
        Path file = directory.resolve(Integer.toString(thin.id()));
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw IoFailures.of("delete the record of thin device " + thin.id() + ", " + file, e);
        }
        devices.remove(thin.id());
    }

    /** The id turned out to be that of a device that somebody else made; it is left alone while the driver is open. */
    synchronized void leave(Thin thin) {
        foreign.add(thin.id());
        release(thin);
    }

    private void write(Thin thin) {
        Path file = directory.resolve(Integer.toString(thin.id()));
        try {
            DurableFields.write(
                    file,
                    HEADER,
                    Map.of(
                            "key",
                            thin.key(),
                            "transaction",
                            Long.toString(thin.transaction()),
                            "bytes",
                            Long.toString(thin.bytes())));
        } catch (IOException e) {
            throw IoFailures.of("record thin device " + thin.id() + " in " + file, e);
        }
        devices.put(thin.id(), thin);
    }

    private static Thin read(Path file) throws IOException {
        try {
            Map<String, String> fields = DurableFields.read(file, HEADER);
            return new Thin(
                    Integer.parseInt(file.getFileName().toString()),
                    fields.getOrDefault("key", ""),
                    Long.parseLong(fields.getOrDefault("transaction", "")),
                    Long.parseLong(fields.getOrDefault("bytes", "")));
        } catch (DurableFields.DamagedException | NumberFormatException e) {
            throw new IoFailureException(
                    new Problem(
                            "read the record of a thin device, " + file,
                            String.valueOf(e.getMessage()),
                            "restore the file from a backup, or delete it: its layer cannot be used then"),
                    e);
        }
    }
}
