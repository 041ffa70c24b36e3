package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.support.DurableFields;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.storage.devicemapper.FsType.Super;
import io.gantry.storage.devicemapper.LayerFiles.Fill;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The device with an empty file system that every layer is a snapshot of, one way or another. Made once for a root; {@code ROOT/base} says which it is.
 *
 * @param thin the device
 * @param type its file system
 * @param uuid that of its file system, by which a pool is known again
 * @param fill what the empty file system takes
 */
record BaseDevice(Thin thin, FsType type, UUID uuid, Fill fill) {
    /** Its key. Keys of layers have eight letters. */
    static final String KEY = "base";

    private static final System.Logger LOG = System.getLogger(BaseDevice.class.getName());
    private static final String HEADER = "gantry-base-device 1";

    /** Finds the base device or makes it. Devices that no layer has are still there. */
    static BaseDevice open(Path root, ThinDevices devices, LayerFiles files, ThinIds ids, Settings settings) {
        Path file = root.resolve(KEY);
        if (!Files.exists(file)) {
            // What an interrupted attempt left.
            ids.find(KEY).ifPresent(left -> devices.delete(left, false));
            return make(file, devices, files, settings);
        }
        BaseDevice base = read(file, ids);
        return base.verified(devices, files, settings).grown(file, devices, files, ids, settings);
    }

    private static BaseDevice make(Path file, ThinDevices devices, LayerFiles files, Settings settings) {
        FsType type = settings.fsToMake();
        long bytes = settings.baseSize().orElse(Settings.DEFAULT_BASE_SIZE) / 4096 * 4096;
        if (bytes < type.smallest()) {
            throw new InvalidArgumentException(new Problem(
                    "make a base device of " + Sizes.human(bytes),
                    type.mkfs() + " takes no less than " + Sizes.human(type.smallest()),
                    "raise dm.basesize or choose another dm.fs"));
        }
        Thin thin = devices.create(KEY, Optional.empty(), bytes);
        try {
            Super made = files.make(thin, type, settings.mkfsArguments());
            devices.deactivate(KEY);
            BaseDevice base = new BaseDevice(thin, type, made.uuid(), new Fill(made.usedBytes(), made.usedInodes()));
            base.write(file);
            return base;
        } catch (RuntimeException e) {
            devices.abandon(thin, e);
            throw e;
        }
    }

    /** Refuses another pool than the one this root was made with. */
    private BaseDevice verified(ThinDevices devices, LayerFiles files, Settings settings) {
        settings.fs()
                .filter(wanted -> wanted != type)
                .ifPresent(wanted -> LOG.log(
                        Level.WARNING,
                        "devmapper: Base device already exists and has filesystem {0} on it. User specified filesystem {1} will be ignored.",
                        type.type(),
                        wanted.type()));
        String found;
        try {
            found = files.read(thin).uuid().toString();
        } catch (KernelException e) {
            if (!e.is(Errno.ENODATA)) {
                throw e;
            }
            found = "(none)";
        } catch (IoFailureException e) {
            LOG.log(Level.DEBUG, "the base device cannot be read", e);
            found = "(none)";
        } finally {
            devices.deactivate(KEY);
        }
        if (!found.equals(uuid.toString())) {
            throw new FailedPreconditionException(new Problem(
                    "verify the base device, thin device " + thin.id() + " of the pool",
                    "devmapper: Base Device UUID and Filesystem verification failed: devmapper: Current Base Device UUID:"
                            + found + " does not match with stored UUID:" + uuid
                            + ". Possibly using a different thin pool than last invocation",
                    "name the pool that this data root was made with, or start with an empty data root"));
        }
        return this;
    }

    /** Makes the base device as large as the user wants it now; layers that exist stay as they are. */
    private BaseDevice grown(Path file, ThinDevices devices, LayerFiles files, ThinIds ids, Settings settings) {
        if (settings.baseSize().isEmpty()) {
            return this;
        }
        long wanted = settings.baseSize().get() / 4096 * 4096;
        if (wanted < thin.bytes()) {
            throw new InvalidArgumentException(new Problem(
                    "make the base device " + Sizes.human(wanted) + " large",
                    "devmapper: Base device size cannot be smaller than " + Sizes.human(thin.bytes()),
                    "leave dm.basesize out or raise it"));
        }
        if (wanted > thin.bytes()) {
            ids.resize(thin, wanted);
        }
        Thin resized = ids.find(KEY).orElseThrow();
        files.grow(resized);
        Super now = files.read(resized);
        devices.deactivate(KEY);
        BaseDevice base = new BaseDevice(resized, type, uuid, new Fill(now.usedBytes(), now.usedInodes()));
        if (!base.equals(this)) {
            base.write(file);
        }
        return base;
    }

    private void write(Path file) {
        Map<String, String> fields = new HashMap<>(fill.notes());
        fields.put("device", Integer.toString(thin.id()));
        fields.put("fs", type.type());
        fields.put("uuid", uuid.toString());
        try {
            DurableFields.write(file, HEADER, fields);
        } catch (IOException e) {
            throw IoFailures.of("record the base device in " + file, e);
        }
    }

    private static BaseDevice read(Path file, ThinIds ids) {
        try {
            Map<String, String> fields = DurableFields.read(file, HEADER);
            Thin thin = ids.find(KEY)
                    .orElseThrow(() -> new DurableFields.DamagedException("no file in devices tells of the device"));
            return new BaseDevice(
                    thin,
                    FsType.of(fields.getOrDefault("fs", ""))
                            .orElseThrow(() -> new DurableFields.DamagedException("it names no file system")),
                    UUID.fromString(fields.getOrDefault("uuid", "")),
                    Fill.of(fields).orElseThrow(() -> new DurableFields.DamagedException("it has no counts")));
        } catch (IllegalArgumentException | DurableFields.DamagedException e) {
            throw new IoFailureException(
                    new Problem(
                            "read the record of the base device, " + file,
                            String.valueOf(e.getMessage()),
                            "restore it from a backup, or start with an empty data root"),
                    e);
        } catch (IOException e) {
            throw IoFailures.of("read " + file, e);
        }
    }
}
