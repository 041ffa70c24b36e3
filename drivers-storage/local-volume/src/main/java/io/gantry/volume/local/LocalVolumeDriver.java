package io.gantry.volume.local;

import io.gantry.linux.KernelException;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.ProjectQuota;
import io.gantry.linux.TreeUsage;
import io.gantry.linux.UnmountFlag;
import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.RootLock;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Volumes as directories. One with a {@link VolumeSource} is mounted when its first consumer comes and unmounted when the last goes; consumers are remembered over restarts of the daemon,
 * though not of the machine.
 */
final class LocalVolumeDriver implements VolumeDriver {
    private static final System.Logger LOG = System.getLogger(LocalVolumeDriver.class.getName());

    private final RootLock lock;
    private final VolumeFiles files;
    private final Consumers consumers;
    private final boolean quotas;
    private final Map<String, VolumeInfo> volumes = new ConcurrentSkipListMap<>();

    private LocalVolumeDriver(RootLock lock, VolumeFiles files, Consumers consumers, boolean quotas) {
        this.lock = lock;
        this.files = files;
        this.consumers = consumers;
        this.quotas = quotas;
    }

    static LocalVolumeDriver open(DriverContext context) {
        RootLock lock = RootLock.take(context.root());
        try {
            LocalVolumeDriver driver = new LocalVolumeDriver(
                    lock,
                    VolumeFiles.open(context.root()),
                    new Consumers(context.runDirectory()),
                    ProjectQuota.of(context.root()).isEnforced());
            driver.files.load().forEach(volume -> driver.volumes.put(volume.name(), volume));
            driver.unmountUnused();
            return driver;
        } catch (KernelException e) {
            lock.close();
            throw failure("open the local volumes in " + context.root(), e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public VolumeInfo create(String name, Options options, Map<String, String> labels) {
        VolumeNames.check(name);
        VolumeInfo existing = volumes.get(name);
        if (existing != null) {
            return existing;
        }
        Map<String, String> given = options.given();
        VolumeSource.of(name, given);
        Optional<Long> size = given.containsKey(VolumeSource.SIZE)
                ? options.size(VolumeSource.SIZE).filter(bytes -> bytes > 0)
                : Optional.empty();
        if (size.isPresent() && !quotas) {
            throw new InvalidArgumentException(new Problem(
                    "create volume " + name,
                    "quota size requested but no quota support",
                    "put the data root on xfs mounted with pquota, or leave size out"));
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        VolumeInfo volume = new VolumeInfo(name, files.data(name), now, given, labels);
        files.create(volume, size);
        volumes.put(name, volume);
        return volume;
    }

    @Override
    public Optional<VolumeInfo> stat(String name) {
        return Optional.ofNullable(volumes.get(name));
    }

    @Override
    public List<VolumeInfo> volumes() {
        return List.copyOf(volumes.values());
    }

    @Override
    public Path mount(String name, String consumer) {
        String attempted = "mount volume " + name + " for " + consumer;
        VolumeInfo volume = require(name, attempted);
        boolean isNew = consumers.add(name, consumer);
        try {
            VolumeSource.of(name, volume.options()).ifPresent(source -> mount(source, volume.mountpoint()));
            return volume.mountpoint();
        } catch (KernelException e) {
            String reason = "failed to mount local volume: mount "
                    + volume.options().get(VolumeSource.DEVICE) + ":" + volume.mountpoint() + ": " + e.getMessage();
            throw afterForgetting(
                    isNew, name, consumer, IoFailures.of(attempted, e.errno().name(), reason, e));
        } catch (DriverException e) {
            throw afterForgetting(isNew, name, consumer, e);
        }
    }

    @Override
    public void unmount(String name, String consumer) {
        VolumeInfo volume = volumes.get(name);
        if (volume == null || !consumers.of(name).contains(consumer)) {
            return;
        }
        boolean isLast = consumers.of(name).size() == 1;
        try {
            if (isLast && !volume.options().isEmpty() && isMounted(volume.mountpoint())) {
                // Detached, not refused when busy: the consumer is gone, and what still holds it keeps it alive.
                Mounts.unmount(volume.mountpoint(), UnmountFlag.DETACH);
            }
        } catch (KernelException e) {
            throw failure("unmount volume " + name + " after " + consumer, e);
        }
        consumers.remove(name, consumer);
    }

    @Override
    public void remove(String name) {
        if (!volumes.containsKey(name)) {
            return;
        }
        List<String> users = consumers.of(name);
        if (!users.isEmpty()) {
            throw new FailedPreconditionException(
                    new Problem("remove volume " + name, "volume is in use - " + users, "remove what uses it first"));
        }
        files.remove(name);
        volumes.remove(name);
    }

    /** Of volumes that mount something else, nothing is known: it is not ours to walk. */
    @Override
    public Optional<Long> usage(String name) {
        VolumeInfo volume = volumes.get(name);
        if (volume == null || VolumeSource.of(name, volume.options()).isPresent()) {
            return Optional.empty();
        }
        try (OpenDirectory data = OpenDirectory.open(volume.mountpoint())) {
            return Optional.of(TreeUsage.of(data).bytes());
        } catch (KernelException e) {
            throw failure("measure volume " + name, e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }

    /** A daemon killed between a mount and its consumer's note, or the other way round. */
    private void unmountUnused() {
        for (VolumeInfo volume : volumes.values()) {
            if (!volume.options().isEmpty()
                    && consumers.of(volume.name()).isEmpty()
                    && isMounted(volume.mountpoint())) {
                LOG.log(System.Logger.Level.INFO, "volume {0} is mounted though nobody uses it", volume.name());
                Mounts.unmount(volume.mountpoint(), UnmountFlag.DETACH);
            }
        }
    }

    private static void mount(VolumeSource source, Path mountpoint) {
        if (!isMounted(mountpoint)) {
            Mounts.mount(source.request(), mountpoint);
        }
    }

    private static boolean isMounted(Path mountpoint) {
        return MountTable.read().at(mountpoint).isPresent();
    }

    private DriverException afterForgetting(boolean isNew, String name, String consumer, DriverException failure) {
        if (isNew) {
            try {
                consumers.remove(name, consumer);
            } catch (DriverException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    private VolumeInfo require(String name, String attempted) {
        VolumeInfo volume = volumes.get(name);
        if (volume == null) {
            throw new NotFoundException(Problem.of(attempted, "no such volume"));
        }
        return volume;
    }

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
