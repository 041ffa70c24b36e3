package io.gantry.image.unpack;

import io.gantry.image.Digest;
import io.gantry.spi.storage.StorageDriver;
import java.util.HashSet;
import java.util.Set;

/** One holder at a time for each chain id of each driver. */
final class ChainLocks {
    private final Set<Key> held = new HashSet<>();

    /** Drivers are told apart by identity. */
    private record Key(int driver, Digest chainId) {}

    /** A lock that is held; closing it lets go. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits until nobody else holds the chain id. */
    Held acquire(StorageDriver driver, Digest chainId) {
        Key key = new Key(System.identityHashCode(driver), chainId);
        boolean interrupted = false;
        synchronized (held) {
            while (!held.add(key)) {
                try {
                    held.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return () -> release(key);
    }

    private void release(Key key) {
        synchronized (held) {
            held.remove(key);
            held.notifyAll();
        }
    }
}
