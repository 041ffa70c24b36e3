package io.gantry.storage.devicemapper;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's device-mapper, by {@code /dev/mapper/control}. Thread-safe. Failures are {@link KernelException}s that name the device.
 *
 * <p>Udev is told to leave these devices alone: {@link DeviceNodes} makes their nodes, so that there is nothing to wait for and nobody opens a device that is about to go.
 */
final class DmControl implements AutoCloseable {
    static final Path FILE = Path.of("/dev/mapper/control");

    /** {@code DM_UDEV_DISABLE_DM_RULES_FLAG}, {@code _SUBSYSTEM_}, {@code _DISK_}, {@code _OTHER_} and {@code DM_UDEV_PRIMARY_SOURCE_FLAG} of libdevmapper, in the upper half. */
    private static final int NO_UDEV = 0x4F << 16;

    private static final int READ_ONLY = 1;
    private static final int SUSPEND = 1 << 1;
    private static final int STATUS_TABLE = 1 << 4;
    private static final int ACTIVE_PRESENT = 1 << 5;
    private static final int BUFFER_FULL = 1 << 8;
    private static final int NO_FLUSH = 1 << 11;
    private static final int DEFERRED_REMOVE = 1 << 17;

    private static final int ROOM = 16 << 10;
    private static final int MOST_ROOM = 16 << 20;

    private final Fd control;

    private DmControl(Fd control) {
        this.control = control;
    }

    /** Opens the control device. */
    static DmControl open() {
        return new DmControl(Fd.open(FILE, OpenFlags.O_RDWR));
    }

    /** The calls used here, with their numbers. */
    private enum Call {
        DM_VERSION(0),
        DM_LIST_DEVICES(2),
        DM_DEV_CREATE(3),
        DM_DEV_REMOVE(4),
        DM_DEV_SUSPEND(6),
        DM_DEV_STATUS(7),
        DM_TABLE_LOAD(9),
        DM_TABLE_STATUS(12),
        DM_LIST_VERSIONS(13),
        DM_TARGET_MSG(14),
        DM_GET_TARGET_VERSION(17);

        private final long request;

        Call(int number) {
            request = Ioctl.readWrite(0xFD, number, DmRequest.HEAD);
        }
    }

    /**
     * What is known of an active device.
     *
     * @param openers how many have it open, mounts and devices on top included
     * @param device its {@link DeviceNumber}
     * @param deferred whether it goes when the last one closes it
     * @param live whether it has a table, which it gets some moments after it is made
     * @param suspended whether requests wait for {@link #resume}
     */
    record Info(int openers, long device, boolean deferred, boolean live, boolean suspended) {}

    /** The version of the kernel's interface, such as {@code 4.47.0}. */
    String version() {
        return call(Call.DM_VERSION, DmRequest.of("", 0, 0, 0), "").version();
    }

    /** The version of a kind of target, its module loaded if need be; empty if the kernel has none. */
    Optional<String> targetVersion(String type) {
        try {
            return call(Call.DM_GET_TARGET_VERSION, DmRequest.targetVersion(type), type).versions().stream()
                    .filter(target -> target.name().equals(type))
                    .map(DmRequest.TargetVersion::version)
                    .findFirst();
        } catch (KernelException e) {
            if (e.is(Errno.ENOTTY)) {
                return withRoom(Call.DM_LIST_VERSIONS, "", 0).versions().stream()
                        .filter(target -> target.name().equals(type))
                        .map(DmRequest.TargetVersion::version)
                        .findFirst();
            }
            if (e.is(Errno.EINVAL, Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** All active devices. */
    List<String> devices() {
        return withRoom(Call.DM_LIST_DEVICES, "", 0).devices().stream()
                .map(DmRequest.Listed::name)
                .toList();
    }

    /** A device; empty if there is none of that name. */
    Optional<Info> info(String name) {
        try {
            DmRequest answer = call(Call.DM_DEV_STATUS, DmRequest.of(name, 0, 0, 0), name);
            int flags = answer.flags();
            return Optional.of(new Info(
                    answer.openers(),
                    number(answer.device()),
                    (flags & DEFERRED_REMOVE) != 0,
                    (flags & ACTIVE_PRESENT) != 0,
                    (flags & SUSPEND) != 0));
        } catch (KernelException e) {
            if (e.is(Errno.ENXIO)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Makes a device of one target and brings it to life; nothing of it is left if that fails. */
    void create(String name, DmRequest.Target target, boolean readOnly) {
        call(Call.DM_DEV_CREATE, DmRequest.of(name, 0, 0, 0), name);
        try {
            load(name, target, readOnly);
            resume(name);
        } catch (KernelException e) {
            try {
                remove(name, false);
            } catch (KernelException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Gives a device another table, which holds from {@link #resume} on. */
    void load(String name, DmRequest.Target target, boolean readOnly) {
        call(Call.DM_TABLE_LOAD, DmRequest.table(name, readOnly ? READ_ONLY : 0, target), name);
    }

    /** Lets nothing through until {@link #resume}; a file system on it is brought into a state fit for a snapshot. */
    void suspend(String name) {
        call(Call.DM_DEV_SUSPEND, DmRequest.of(name, SUSPEND, 0, 0), name);
    }

    /** Lets requests through again, by the table loaded last. */
    void resume(String name) {
        call(Call.DM_DEV_SUSPEND, DmRequest.of(name, 0, NO_UDEV, 0), name);
    }

    /**
     * Removes a device.
     *
     * @param deferred if it is in use, when the last one closes it
     * @throws KernelException EBUSY if it is in use, ENXIO if there is none of that name
     */
    void remove(String name, boolean deferred) {
        call(Call.DM_DEV_REMOVE, DmRequest.of(name, deferred ? DEFERRED_REMOVE : 0, NO_UDEV, 0), name);
    }

    /** Sends a message to a device's target. */
    void message(String name, String text) {
        call(Call.DM_TARGET_MSG, DmRequest.message(name, text, 0), name + ": " + text);
    }

    /** What a device's only target says of its state. */
    DmRequest.Target status(String name) {
        return only(name, withRoom(Call.DM_TABLE_STATUS, name, NO_FLUSH));
    }

    /** A device's only target. */
    DmRequest.Target table(String name) {
        return only(name, withRoom(Call.DM_TABLE_STATUS, name, STATUS_TABLE));
    }

    @Override
    public void close() {
        control.close();
    }

    private static DmRequest.Target only(String name, DmRequest answer) {
        List<DmRequest.Target> targets = answer.targets();
        if (targets.size() != 1) {
            throw new KernelException(
                    "ioctl",
                    Call.DM_TABLE_STATUS + " on " + name,
                    Errno.EINVAL,
                    "it has " + targets.size() + " targets");
        }
        return targets.get(0);
    }

    private DmRequest withRoom(Call call, String name, int flags) {
        for (int room = ROOM; ; room *= 4) {
            DmRequest answer = call(call, DmRequest.of(name, flags, 0, room), name);
            if ((answer.flags() & BUFFER_FULL) == 0 || room >= MOST_ROOM) {
                return answer;
            }
        }
    }

    private DmRequest call(Call call, DmRequest request, String object) {
        try {
            Ioctl.call(control, call.request, call.name(), request.array());
            return request;
        } catch (KernelException e) {
            throw new KernelException(
                    "ioctl", object.isEmpty() ? call.name() : call + " on " + object, e.errno(), e.reason());
        }
    }

    private static long number(long packed) {
        return DeviceNumber.of((packed >>> 8) & 0xFFF, (packed & 0xFF) | ((packed >>> 12) & 0xFFF00));
    }
}
