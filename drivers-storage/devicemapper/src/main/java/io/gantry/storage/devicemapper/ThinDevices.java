package io.gantry.storage.devicemapper;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.Stat;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The thin devices of the driver: made, deleted, and brought to life as {@code /dev/mapper/PREFIX-KEY}.
 *
 * <p>A device is made in these steps, each on disk before the next: the id with the number of the transaction in {@link ThinIds}; the device; the pool's transaction number; then, by the caller, the
 * record of what it is for. Whatever is interrupted leaves a device that nothing is for.
 *
 * <p>Thread-safe as far as each key is used by one thread at a time.
 */
final class ThinDevices {
    private static final System.Logger LOG = System.getLogger(ThinDevices.class.getName());
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_MILLIS = 25;

    private final DmControl control;
    private final DeviceNodes nodes;

    /** Keeps {@link #sweep} from taking a device that came after it looked for one that is gone. */
    private final ReadWriteLock naming = new ReentrantReadWriteLock();

    private final ThinPool pool;
    private final ThinIds ids;
    private final String prefix;
    private final boolean deferredRemoval;
    private final Object creating = new Object();
    private final Map<String, Integer> users = new HashMap<>();
    private final Set<String> kept = new HashSet<>();

    /** @param prefix of the devices' names, without the dash */
    ThinDevices(
            DmControl control, DeviceNodes nodes, ThinPool pool, ThinIds ids, String prefix, boolean deferredRemoval) {
        this.control = control;
        this.nodes = nodes;
        this.pool = pool;
        this.ids = ids;
        this.prefix = prefix;
        this.deferredRemoval = deferredRemoval;
    }

    /** As Docker's: the file system and the inode of the root, so that two engines do not meet. */
    static String prefix(Path root) {
        Stat stat = Stat.following(root).orElseThrow();
        return "gantry-" + DeviceNumber.major(stat.device()) + ":" + DeviceNumber.minor(stat.device()) + "-"
                + stat.inode();
    }

    /** What a device is named in device-mapper. */
    String name(String key) {
        return prefix + "-" + key;
    }

    /** The device that is recorded for a key. */
    Optional<Thin> find(String key) {
        return ids.find(key);
    }

    /**
     * Makes a device.
     *
     * @param origin what it is a snapshot of, or empty for an empty device
     */
    Thin create(String key, Optional<Thin> origin, long bytes) {
        synchronized (creating) {
            while (true) {
                long transaction = pool.status().transaction();
                Thin thin = ids.allocate(key, transaction + 1, bytes);
                try {
                    if (make(thin, origin)) {
                        pool.setTransaction(transaction, transaction + 1);
                        return thin;
                    }
                } catch (RuntimeException e) {
                    abandon(thin, e);
                    throw e;
                }
                LOG.log(Level.WARNING, "thin device {0} of {1} is none of ours", thin.id(), pool.name());
                ids.leave(thin);
            }
        }
    }

    private boolean make(Thin thin, Optional<Thin> origin) {
        return origin.isPresent()
                ? pool.createSnapshot(
                        thin.id(), origin.get().id(), name(origin.get().key()))
                : pool.create(thin.id());
    }

    /** Undoes {@link #create} because of a later failure; what cannot be undone now is for {@link #delete} later. */
    void abandon(Thin thin, RuntimeException failure) {
        try {
            delete(thin, false);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Deletes a device.
     *
     * @param discard whether its blocks are given back to what lies beneath the pool
     * @return false if it is in use and stays for now
     */
    boolean delete(Thin thin, boolean discard) {
        if (discard) {
            discard(thin);
        }
        if (!deactivate(thin.key(), ATTEMPTS)) {
            return false;
        }
        try {
            pool.delete(thin.id());
        } catch (KernelException e) {
            if (e.is(Errno.EBUSY)) {
                return false;
            }
            throw e;
        }
        ids.release(thin);
        return true;
    }

    /** A failure is no reason to keep the device: at worst a file stays as large as it was. */
    private void discard(Thin thin) {
        try {
            if (control.info(name(thin.key())).isPresent() && !deactivate(thin.key(), ATTEMPTS)) {
                return;
            }
            BlockDevice.discard(activate(thin), thin.bytes());
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "blocks of thin device " + thin.id() + " are not discarded", e);
        }
    }

    /** Brings a device to life if it is not, and returns its node. A removal that waits for its last user is called off. */
    Path activate(Thin thin) {
        for (int attempt = 1; ; attempt++) {
            try {
                return activateNow(thin);
            } catch (KernelException e) {
                // It went, or came, meanwhile.
                if (!e.is(Errno.ENXIO, Errno.EBUSY) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
            pause();
        }
    }

    private Path activateNow(Thin thin) {
        String name = name(thin.key());
        naming.readLock().lock();
        try {
            Optional<DmControl.Info> info = control.info(name);
            if (info.isEmpty()) {
                control.create(name, pool.thin(thin.id(), thin.bytes()), false);
                info = control.info(name);
            } else {
                revive(name, info.get(), pool.thin(thin.id(), thin.bytes()));
            }
            nodes.make(
                    name,
                    info.orElseThrow(() -> new KernelException("ioctl DM_DEV_STATUS", name, Errno.ENXIO))
                            .device());
            return nodes.of(name);
        } finally {
            naming.readLock().unlock();
        }
    }

    /** Brings a device to life for as long as its layer is neither committed nor removed, and returns its node. */
    Path keep(Thin thin) {
        synchronized (users) {
            kept.add(thin.key());
        }
        return activate(thin);
    }

    /** Does something with a device; one that nobody else wants active is put to rest afterwards. */
    <T> T with(Thin thin, Function<Path, T> work) {
        String key = thin.key();
        synchronized (users) {
            if (users.merge(key, 1, Integer::sum) == 1 && isActive(key)) {
                kept.add(key);
            }
        }
        try {
            return work.apply(activate(thin));
        } finally {
            synchronized (users) {
                if (users.merge(key, -1, Integer::sum) == 0) {
                    users.remove(key);
                    if (!kept.contains(key)) {
                        deactivate(key, 1);
                    }
                }
            }
        }
    }

    /** Finishes what a process was about that was killed, and calls a removal off. */
    private void revive(String name, DmControl.Info info, DmRequest.Target table) {
        if (info.deferred()) {
            control.message(name, "@cancel_deferred_remove");
        }
        if (!info.live()) {
            control.load(name, table, false);
        }
        if (!info.live() || info.suspended()) {
            control.resume(name);
        }
    }

    /** Whether a device is active and somebody has it open, as by a mount. */
    boolean isInUse(String key) {
        return control.info(name(key)).map(info -> info.openers() > 0).orElse(false);
    }

    /** Whether a device is active. */
    boolean isActive(String key) {
        return control.info(name(key)).isPresent();
    }

    /**
     * Puts a device to rest. One that is in use, as for moments after the process was killed that had it mounted, is tried again; after that it goes when its last user closes it.
     *
     * @return whether it is gone
     */
    boolean deactivate(String key, int attempts) {
        String name = name(key);
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                if (control.info(name).isPresent()) {
                    control.remove(name, false);
                }
                nodes.remove(name);
                return true;
            } catch (KernelException e) {
                if (e.is(Errno.ENXIO)) {
                    nodes.remove(name);
                    return true;
                }
                if (!e.is(Errno.EBUSY)) {
                    throw e;
                }
            }
            if (attempt < attempts) {
                pause();
            }
        }
        return deferredRemoval && removeLater(name);
    }

    /** As {@link #deactivate} with as many attempts as are worth it. */
    boolean deactivate(String key) {
        return deactivate(key, ATTEMPTS);
    }

    /** Puts a device to rest now or when it is no longer in use, without waiting for that. */
    void retire(String key) {
        synchronized (users) {
            kept.remove(key);
        }
        deactivate(key, 1);
    }

    /** Removes devices of which nothing is recorded, as they are left by a process that was killed. */
    void removeStrays() {
        Set<String> known = ids.all().stream().map(thin -> name(thin.key())).collect(Collectors.toSet());
        known.add(pool.name());
        control.devices().stream()
                .filter(name -> name.startsWith(prefix + "-") && !known.contains(name))
                .forEach(name -> retire(name.substring(prefix.length() + 1)));
    }

    /** Removes the nodes of devices that are gone. */
    void sweep() {
        naming.writeLock().lock();
        try {
            Set<String> present = new HashSet<>(control.devices());
            nodes.sweep(prefix + "-", present);
        } finally {
            naming.writeLock().unlock();
        }
    }

    /**
     * Whether the pool has a device of that id that is none of the driver's, found out by using it.
     *
     * @param trialKey a key that no device has
     */
    boolean existsUnrecorded(int id, String trialKey) {
        synchronized (creating) {
            if (ids.contains(id)) {
                return false;
            }
            try {
                control.create(name(trialKey), pool.thin(id, pool.blockBytes()), true);
            } catch (KernelException e) {
                if (e.is(Errno.ENODATA)) {
                    return false;
                }
                throw e;
            }
            deactivate(trialKey, ATTEMPTS);
            return true;
        }
    }

    private boolean removeLater(String name) {
        try {
            control.remove(name, true);
            return control.info(name).isEmpty();
        } catch (KernelException e) {
            if (e.is(Errno.ENXIO)) {
                return true;
            }
            if (e.is(Errno.EBUSY)) {
                return false;
            }
            throw e;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
