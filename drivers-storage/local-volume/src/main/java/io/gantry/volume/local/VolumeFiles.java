package io.gantry.volume.local;

import io.gantry.linux.KernelException;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.ProjectQuota;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.support.DurableFields;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.volume.VolumeInfo;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code volumes/NAME/_data} is a volume's content, {@code volumes/NAME/volume} its record. A volume is made beside its place and renamed into it, and renamed away before it is deleted, so
 * there is never half of one; what a kill left is deleted on opening.
 */
final class VolumeFiles {
    static final String STAGED = ".new-";

    private static final System.Logger LOG = System.getLogger(VolumeFiles.class.getName());
    private static final String DATA = "_data";
    private static final String RECORD = "volume";
    private static final String HEADER = "gantry-volume 1";
    private static final String GONE = ".gone-";
    private static final String OPTION = "option:";
    private static final String LABEL = "label:";

    private final Path volumes;

    private VolumeFiles(Path volumes) {
        this.volumes = volumes;
    }

    static VolumeFiles open(Path root) {
        try {
            // A real path, since the mount table lists no others.
            return new VolumeFiles(
                    Files.createDirectories(root.resolve("volumes")).toRealPath());
        } catch (IOException e) {
            throw IoFailures.of("make a directory for volumes in " + root, e);
        }
    }

    Path data(String name) {
        return volumes.resolve(name).resolve(DATA);
    }

    /** All volumes on disk; deletes left-overs. A volume whose record is damaged is reported and left alone. */
    List<VolumeInfo> load() {
        List<VolumeInfo> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(volumes)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.startsWith(STAGED) || name.startsWith(GONE)) {
                    deleteOrWarn(name);
                } else {
                    read(name).ifPresent(found::add);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw IoFailures.of("list volumes in " + volumes, e.getCause());
        } catch (IOException e) {
            throw IoFailures.of("list volumes in " + volumes, e);
        }
        return found;
    }

    /** Makes a volume, durably. */
    void create(VolumeInfo volume, Optional<Long> size) {
        String staged = STAGED + volume.name();
        Path place = volumes.resolve(volume.name());
        String attempted = "create volume " + volume.name() + " in " + place;
        try {
            delete(staged);
            Path directory = Files.createDirectory(volumes.resolve(staged));
            if (size.isPresent()) {
                limit(directory, size.get());
            }
            try (OpenDirectory open = OpenDirectory.open(directory)) {
                open.makeDirectory(DATA, 0755);
                open.changeMode(DATA, 0755);
            }
            DurableFields.write(directory.resolve(RECORD), HEADER, fields(volume));
            Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
            DurableFields.force(volumes);
        } catch (IOException e) {
            throw afterDeleting(staged, IoFailures.of(attempted, e));
        } catch (KernelException e) {
            throw afterDeleting(staged, IoFailures.of(attempted, e.errno().name(), e.getMessage(), e));
        }
    }

    /** Deletes a volume. It is gone for good once renamed, whatever happens then. */
    void remove(String name) {
        String gone = GONE + Long.toString(System.nanoTime(), 36);
        try {
            Mounts.detach(volumes.resolve(name));
            Files.move(volumes.resolve(name), volumes.resolve(gone), StandardCopyOption.ATOMIC_MOVE);
            DurableFields.force(volumes);
        } catch (IOException e) {
            throw IoFailures.of("remove volume " + name, e);
        } catch (KernelException e) {
            throw IoFailures.of("remove volume " + name, e.errno().name(), e.getMessage(), e);
        }
        deleteOrWarn(gone);
    }

    private Optional<VolumeInfo> read(String name) {
        Path record = volumes.resolve(name).resolve(RECORD);
        try {
            Map<String, String> fields = DurableFields.read(record, HEADER);
            return Optional.of(new VolumeInfo(
                    name,
                    data(name),
                    Instant.parse(fields.getOrDefault("created", "")),
                    DurableFields.startingWith(OPTION, fields),
                    DurableFields.startingWith(LABEL, fields)));
        } catch (IOException | DateTimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "volume " + name + " is left out, because its record " + record
                            + " cannot be read; its data is untouched. Restore the file from a backup, or save the data and delete the"
                            + " directory",
                    e);
            return Optional.empty();
        }
    }

    private static Map<String, String> fields(VolumeInfo volume) {
        Map<String, String> fields = new HashMap<>();
        fields.put("created", volume.created().toString());
        volume.options().forEach((key, value) -> fields.put(OPTION + key, value));
        volume.labels().forEach((key, value) -> fields.put(LABEL + key, value));
        return fields;
    }

    private void limit(Path directory, long bytes) {
        ProjectQuota quota = ProjectQuota.of(volumes);
        long project = quota.unusedProject();
        ProjectQuota.assign(directory, project);
        quota.limit(project, bytes);
    }

    private DriverException afterDeleting(String staged, DriverException failure) {
        try {
            delete(staged);
        } catch (KernelException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private void deleteOrWarn(String entry) {
        try {
            if (MountTable.read().beneath(volumes.resolve(entry)).isEmpty()) {
                liftLimit(entry);
                delete(entry);
            } else {
                LOG.log(System.Logger.Level.WARNING, "{0} stays: something is mounted in it", volumes.resolve(entry));
            }
        } catch (KernelException e) {
            LOG.log(System.Logger.Level.WARNING, volumes.resolve(entry) + " could not be deleted and stays", e);
        }
    }

    private void liftLimit(String entry) {
        ProjectQuota quota = ProjectQuota.of(volumes);
        if (quota.isEnforced()) {
            long project = ProjectQuota.assigned(volumes.resolve(entry));
            if (project != 0 && quota.usage(project).limitBytes() != 0) {
                quota.limit(project, 0);
            }
        }
    }

    private void delete(String entry) {
        try (OpenDirectory parent = OpenDirectory.open(volumes)) {
            parent.removeTree(entry);
        }
    }
}
