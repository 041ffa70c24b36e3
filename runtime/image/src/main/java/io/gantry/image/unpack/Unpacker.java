package io.gantry.image.unpack;

import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.Layer;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.compress.Compression;
import io.gantry.image.layer.AppliedLayer;
import io.gantry.image.layer.ApplyOptions;
import io.gantry.image.layer.ApplyOptions.Beneath;
import io.gantry.image.layer.LayerApplier;
import io.gantry.image.layer.ParentsNeededException;
import io.gantry.image.store.ContentStore;
import io.gantry.image.store.Lease;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.Rebaser;
import io.gantry.spi.storage.StorageDriver;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that all layers of an image are committed in a storage driver, each under its chain id (64 hexadecimal digits) as layer id. Work in progress has ids
 * that begin with {@link #STAGING_PREFIX}; it is removed when something fails, and what a killed process leaves is removed by {@link #removeLeftovers}.
 *
 * <p>Where the driver can rebase, layers are applied side by side; where it cannot, or where a layer depends on what lies beneath, one after the other. A diff id is checked
 * before its layer is committed. Thread-safe: several callers that need the same layer wait for one of them to make it.
 */
public final class Unpacker implements AutoCloseable {
    /** How the ids of layers begin that are being made. */
    public static final String STAGING_PREFIX = "unpack-";

    private static final Logger LOG = LoggerFactory.getLogger(Unpacker.class);

    private final ContentStore store;
    private final LayerApplier applier = new LayerApplier();
    private final ExecutorService workers;
    private final ChainLocks locks = new ChainLocks();

    /**
     * A layer that was applied by itself.
     *
     * @param id its id for the time being
     * @param unsettled see {@link AppliedLayer#unsettled}
     */
    private record Staged(LayerId id, List<String> unsettled) {}

    /**
     * An unpacker that reads from a store.
     *
     * @param parallelism how many layers are applied at a time, over all images
     */
    public Unpacker(ContentStore store, int parallelism) {
        this.store = Objects.requireNonNull(store, "store");
        this.workers = Executors.newFixedThreadPool(parallelism, runnable -> {
            Thread thread = new Thread(runnable, "gantry-unpack");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Unpacks an image; does nothing where its layers are committed already.
     *
     * @return the topmost layer, to be the parent of a container's; empty for an image without layers
     * @throws ImageFormatException if a layer is missing, damaged or hostile
     * @throws IOException if applying fails, such as on a full disk
     * @throws io.gantry.spi.DriverException if the driver fails
     */
    public Optional<LayerId> unpack(StorageDriver driver, Image image) throws IOException {
        List<Digest> chainIds = image.chainIds();
        if (chainIds.isEmpty()) {
            return Optional.empty();
        }
        try (Lease lease = store.lease()) {
            image.blobs().forEach(lease::hold);
            int first = firstMissing(driver, chainIds);
            if (first < chainIds.size()) {
                unpackFrom(first, driver, image, chainIds);
            }
        }
        return Optional.of(id(chainIds.get(chainIds.size() - 1)));
    }

    /** The id that the layer of a chain id has in every driver. */
    public static LayerId id(Digest chainId) {
        return LayerId.of(chainId.hex());
    }

    /** Removes the work of processes that were killed. To be called when no unpacking is under way in the driver. */
    public static void removeLeftovers(StorageDriver driver) {
        for (LayerInfo layer : driver.layers()) {
            if (layer.id().value().startsWith(STAGING_PREFIX)) {
                driver.remove(layer.id());
            }
        }
    }

    private static int firstMissing(StorageDriver driver, List<Digest> chainIds) {
        int first = chainIds.size();
        while (first > 0 && driver.stat(id(chainIds.get(first - 1))).isEmpty()) {
            first--;
        }
        return first;
    }

    private void unpackFrom(int first, StorageDriver driver, Image image, List<Digest> chainIds) throws IOException {
        Optional<Rebaser> rebaser = driver.capability(Rebaser.class);
        AtomicBoolean abandoned = new AtomicBoolean();
        List<Future<Optional<Staged>>> prepared = new ArrayList<>();
        for (int i = first + 1; rebaser.isPresent() && i < chainIds.size(); i++) {
            Layer layer = image.layers().get(i);
            LayerId chainId = id(chainIds.get(i));
            prepared.add(
                    workers.submit(() -> abandoned.get() ? Optional.<Staged>empty() : prepare(driver, layer, chainId)));
        }
        try {
            for (int i = first; i < chainIds.size(); i++) {
                Optional<Digest> parent = i == 0 ? Optional.empty() : Optional.of(chainIds.get(i - 1));
                Optional<Staged> staged =
                        i == first || rebaser.isEmpty() ? Optional.empty() : await(prepared.remove(0));
                commit(driver, rebaser, image.layers().get(i), chainIds.get(i), parent, staged);
            }
        } finally {
            abandoned.set(true);
            prepared.forEach(future -> discard(driver, future));
        }
    }

    /** Applies a layer by itself, to be set on its parent afterwards; empty if that is impossible or not needed. */
    private Optional<Staged> prepare(StorageDriver driver, Layer layer, LayerId chainId) throws IOException {
        if (driver.stat(chainId).isPresent()) {
            return Optional.empty();
        }
        LayerId staging = newStagingId();
        try {
            AppliedLayer applied = apply(driver, layer, staging, Optional.empty(), Beneath.PENDING);
            return Optional.of(new Staged(staging, applied.unsettled()));
        } catch (ParentsNeededException e) {
            LOG.debug("layer {} waits for its parent: {}", layer.diffId(), e.getMessage());
            return Optional.empty();
        }
    }

    /** One thread at a time makes a chain id in a driver; the others find it made. */
    private void commit(
            StorageDriver driver,
            Optional<Rebaser> rebaser,
            Layer layer,
            Digest chainId,
            Optional<Digest> parent,
            Optional<Staged> staged)
            throws IOException {
        LayerId name = id(chainId);
        Optional<LayerId> parentId = parent.map(Unpacker::id);
        boolean used = false;
        try (ChainLocks.Held held = locks.acquire(driver, chainId)) {
            assert held != null;
            if (driver.stat(name).isPresent()) {
                return;
            }
            if (staged.isPresent()) {
                settle(driver, staged.get(), parentId.orElseThrow());
                rebaser.orElseThrow().commitOnto(staged.get().id(), name, parentId.orElseThrow());
                used = true;
            } else {
                LayerId staging = newStagingId();
                apply(driver, layer, staging, parentId, parentId.isEmpty() ? Beneath.NOTHING : Beneath.PARENTS);
                commitOrRemove(driver, staging, name);
            }
        } finally {
            if (!used) {
                staged.ifPresent(prepared -> removeQuietly(driver, prepared.id()));
            }
        }
    }

    /** The driver tells where the layers of a chain are for a layer that stands on it. */
    private void settle(StorageDriver driver, Staged staged, LayerId parent) throws IOException {
        if (staged.unsettled().isEmpty()) {
            return;
        }
        LayerId onParent = newStagingId();
        driver.prepare(onParent, Optional.of(parent), LayerOptions.none());
        try {
            List<Path> parents = driver.layerTarget(onParent)
                    .map(LayerTarget::parents)
                    .orElseThrow(
                            () -> new IllegalStateException("a driver that rebases applies layers in directories"));
            LayerPlace.in(driver, staged.id(), target -> {
                applier.settle(target, parents, staged.unsettled());
                return parents;
            });
        } finally {
            removeQuietly(driver, onParent);
        }
    }

    private static void commitOrRemove(StorageDriver driver, LayerId staging, LayerId name) {
        try {
            driver.commit(staging, name);
        } catch (AlreadyExistsException e) {
            // another process's unpacker was faster; its layer is as good as ours
            removeQuietly(driver, staging);
        } catch (RuntimeException e) {
            removeQuietly(driver, staging);
            throw e;
        }
    }

    private AppliedLayer apply(
            StorageDriver driver, Layer layer, LayerId staging, Optional<LayerId> parent, Beneath beneath)
            throws IOException {
        boolean done = false;
        driver.prepare(staging, parent, LayerOptions.none());
        try (InputStream plain =
                Compression.decompress(store.openBlob(layer.blob().digest()), BombGuard.DEFAULT)) {
            AppliedLayer applied =
                    LayerPlace.in(driver, staging, target -> applier.apply(plain, target, ApplyOptions.over(beneath)));
            applied.warnings().forEach(warning -> LOG.warn("layer {}: {}", layer.diffId(), warning));
            if (!applied.diffId().equals(layer.diffId())) {
                throw new ImageFormatException(
                        Kind.DIGEST_MISMATCH,
                        "wrong diff id calculated on extraction: the layer has \"" + applied.diffId()
                                + "\" where the image's config promises \"" + layer.diffId() + "\"");
            }
            done = true;
            return applied;
        } catch (ImageFormatException e) {
            throw e.in("failed to register layer " + layer.diffId().shortHex());
        } finally {
            if (!done) {
                removeQuietly(driver, staging);
            }
        }
    }

    private static LayerId newStagingId() {
        return LayerId.of(STAGING_PREFIX + UUID.randomUUID());
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("unpacking was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("unpacking failed: " + e.getCause(), e);
        }
    }

    /** Waits for work that nobody needs any more, interrupted or not, and removes what it made. */
    private static void discard(StorageDriver driver, Future<Optional<Staged>> future) {
        boolean interrupted = false;
        while (true) {
            try {
                future.get().ifPresent(staged -> removeQuietly(driver, staged.id()));
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                LOG.debug("work that was given up failed", e);
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(StorageDriver driver, LayerId id) {
        try {
            driver.remove(id);
        } catch (RuntimeException e) {
            LOG.warn("layer {} of storage driver work is left behind until the next start", id, e);
        }
    }

    /** Ends the worker threads once they are idle. */
    @Override
    public void close() {
        workers.shutdown();
    }
}
