package io.gantry.engine.container;

import io.gantry.spi.storage.StorageDriver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets storage drivers do in the background what they left for later when layers were removed: give back the space. However many layers are
 * removed at once, a driver has one clean-up under way and at most one that waits.
 */
final class LayerCleanup {
    private static final Logger LOG = LoggerFactory.getLogger(LayerCleanup.class);

    private final Executor background;
    private final Set<StorageDriver> asked = ConcurrentHashMap.newKeySet();

    LayerCleanup(Executor background) {
        this.background = background;
    }

    /** Asks for a clean-up, which begins after this call. */
    void ask(String name, StorageDriver driver) {
        if (asked.add(driver)) {
            try {
                background.execute(() -> cleanUp(name, driver));
            } catch (RejectedExecutionException e) {
                LOG.debug("the engine is closing; storage driver {} cleans up when it is opened again", name);
            }
        }
    }

    private void cleanUp(String name, StorageDriver driver) {
        synchronized (driver) {
            asked.remove(driver);
            try {
                driver.cleanup();
            } catch (RuntimeException e) {
                LOG.warn("storage driver {} could not give back the space of removed layers", name, e);
            }
        }
    }
}
