package io.gantry.spi.storage.support;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The durable list of a driver's layers, with the rules of {@link StorageDriver} about who may become what. One small file per layer under {@code ROOT/catalog}; one open catalogue per root.
 *
 * <p>Data and catalogue stay in step without a journal, because the catalogue has the last word:
 *
 * <ul>
 *   <li>to make a layer, take a {@link Draft}, write the data under its key, put it on disk, then {@link Draft#publish}. Data under a key that no record has is left-over and may be deleted when
 *       the driver opens, and only then;
 *   <li>to commit, take a draft, flush, publish: the data stays where it is, since the key does not change;
 *   <li>to remove, {@link #remove} first, then delete the data, after {@link #force} if it is not deleted in the same file system's order.
 * </ul>
 *
 * A draft reserves its names and keeps its parent from being removed, without holding a lock: drivers may copy for minutes meanwhile.
 *
 * <p>Thread-safe. Every error is a {@link DriverException} as {@link StorageDriver} documents it.
 */
public final class LayerCatalog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LayerCatalog.class.getName());
    private static final String KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int KEY_LENGTH = 8;

    private final RootLock lock;
    private final RecordFiles files;
    private final Map<LayerId, LayerRecord> layers = new HashMap<>();
    private final Map<LayerId, Integer> users = new HashMap<>();
    private final Set<LayerId> reserved = new HashSet<>();
    private final Set<String> keys = new HashSet<>();

    private LayerCatalog(RootLock lock, RecordFiles files) {
        this.lock = lock;
        this.files = files;
    }

    /**
     * Opens the catalogue of a root, empty if it has none yet.
     *
     * @param root an existing directory
     * @throws FailedPreconditionException if somebody has it open
     * @throws io.gantry.spi.IoFailureException if a record is damaged; the message names the file and what can be done
     */
    public static LayerCatalog open(Path root) {
        RootLock lock = RootLock.take(root);
        try {
            LayerCatalog catalog = new LayerCatalog(lock, new RecordFiles(root.resolve("catalog")));
            catalog.load();
            return catalog;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Begins a writable layer, as {@link StorageDriver#prepare}. */
    public Draft prepare(LayerId id, Optional<LayerId> parent, Map<String, String> labels) {
        return begin("prepare layer " + id, id, Kind.ACTIVE, parent, labels);
    }

    /** Begins a read-only look, as {@link StorageDriver#view}. */
    public Draft view(LayerId id, LayerId parent) {
        return begin("view layer " + parent + " as " + id, id, Kind.VIEW, Optional.of(parent), Map.of());
    }

    /** Begins the commit of an active layer, as {@link StorageDriver#commit}. */
    public Draft commit(LayerId id, LayerId name) {
        return commit("commit layer " + id + " as " + name, id, name, Optional.empty());
    }

    /** Begins the commit of an active layer onto a parent, as {@link io.gantry.spi.storage.Rebaser#commitOnto}. */
    public Draft commitOnto(LayerId id, LayerId name, LayerId parent) {
        return commit("commit layer " + id + " as " + name + " onto " + parent, id, name, Optional.of(parent));
    }

    /** One layer, if it exists. */
    public synchronized Optional<LayerRecord> find(LayerId id) {
        return Optional.ofNullable(layers.get(id));
    }

    /**
     * One layer that must exist.
     *
     * @param attempted what the caller is about, a phrase that follows "cannot"
     */
    public LayerRecord require(LayerId id, String attempted) {
        return find(id).orElseThrow(() -> missing(id, attempted));
    }

    /** An active layer, for {@link StorageDriver#layerTarget} and for changing it. */
    public LayerRecord requireActive(LayerId id, String attempted) {
        LayerRecord layer = require(id, attempted);
        if (layer.info().kind() != Kind.ACTIVE) {
            throw wrongState(attempted, layer, "only an active layer can be written to");
        }
        return layer;
    }

    /** An active layer or a view, for {@link StorageDriver#mounts}. */
    public LayerRecord requireMountable(LayerId id) {
        String attempted = "mount layer " + id;
        LayerRecord layer = require(id, attempted);
        if (layer.info().kind() == Kind.COMMITTED) {
            throw wrongState(attempted, layer, "a committed layer is looked at through a view");
        }
        return layer;
    }

    /** A layer that is no view, for {@link io.gantry.spi.storage.NativeDiffer#diff}. */
    public LayerRecord requireChanges(LayerId id) {
        String attempted = "tell what layer " + id + " changes";
        LayerRecord layer = require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            throw wrongState(attempted, layer, "a view has no changes");
        }
        return layer;
    }

    /** All layers, parents before children, otherwise the oldest first. */
    public synchronized List<LayerInfo> list() {
        return LayerOrder.parentsFirst(layers.values()).stream()
                .map(LayerRecord::info)
                .toList();
    }

    /** The layers beneath one, the nearest first. */
    public synchronized List<LayerRecord> ancestors(LayerRecord layer) {
        List<LayerRecord> found = new ArrayList<>();
        Optional<LayerId> next = layer.info().parent();
        while (next.isPresent()) {
            LayerRecord parent = layers.get(next.get());
            if (parent == null) {
                throw missing(next.get(), "list what layer " + layer.id() + " stands on");
            }
            found.add(parent);
            next = parent.info().parent();
        }
        return List.copyOf(found);
    }

    /** The keys of all layers and drafts, and of layers whose data is being deleted. A snapshot. */
    public synchronized Set<String> keys() {
        return Set.copyOf(keys);
    }

    /** Where a layer's record is kept. */
    Path file(LayerRecord layer) {
        return files.of(layer);
    }

    /** Whether a layer's record can be read back. */
    boolean isOnDisk(LayerRecord layer) {
        return files.isReadable(layer);
    }

    /** Replaces the driver's notes on a layer. */
    public void annotate(LayerId id, Map<String, String> attributes) {
        String attempted = "update layer " + id;
        LayerRecord before;
        synchronized (this) {
            before = require(id, attempted);
            reserve(id, attempted);
        }
        try {
            LayerRecord after = new LayerRecord(before.info(), before.key(), attributes);
            files.write(after);
            synchronized (this) {
                layers.put(id, after);
            }
        } finally {
            synchronized (this) {
                reserved.remove(id);
            }
        }
    }

    /**
     * Takes a layer out of the catalogue, as {@link StorageDriver#remove}. Its data is the caller's to delete.
     *
     * @return the layer, or empty if there is none of that name
     */
    public synchronized Optional<LayerRecord> remove(LayerId id) {
        Optional<LayerRecord> removed = take(id);
        removed.ifPresent(layer -> keys.remove(layer.key()));
        return removed;
    }

    /**
     * Takes a layer out of the catalogue and has its data deleted, or put aside. Until that has ended its key is among the {@link #keys}, so that nobody takes the data for left-over.
     *
     * @param data deletes the data of a layer; not called if there is no layer of that name
     */
    public void remove(LayerId id, Consumer<LayerRecord> data) {
        Optional<LayerRecord> removed = take(id);
        if (removed.isPresent()) {
            try {
                data.accept(removed.get());
            } finally {
                synchronized (this) {
                    keys.remove(removed.get().key());
                }
            }
        }
    }

    /** Leaves the key. */
    private synchronized Optional<LayerRecord> take(LayerId id) {
        LayerRecord layer = layers.get(id);
        if (layer == null) {
            return Optional.empty();
        }
        String attempted = "remove layer " + id;
        refuseReserved(id, attempted);
        if (users.containsKey(id)) {
            throw new FailedPreconditionException(
                    new Problem(attempted, "other layers stand on it: " + childrenOf(id), "remove those first"));
        }
        files.delete(layer);
        layers.remove(id);
        layer.info().parent().ifPresent(this::release);
        return Optional.of(layer);
    }

    /** Puts finished removals on disk. */
    public void force() {
        try {
            files.force();
        } catch (IOException e) {
            throw IoFailures.of("flush the layer catalogue", e);
        }
    }

    /** Lets go of the root. Idempotent. */
    @Override
    public void close() {
        lock.close();
    }

    /**
     * A layer on its way into a state. Close it in any case: without {@link #publish} everything is as it was, and the data written under the key is the caller's to delete. Not
     * thread-safe.
     */
    public final class Draft implements AutoCloseable {
        private final LayerInfo info;
        private final String key;
        private final Optional<LayerRecord> before;
        private Map<String, String> attributes;
        private boolean done;

        private Draft(LayerInfo info, String key, Optional<LayerRecord> before) {
            this.info = info;
            this.key = key;
            this.before = before;
            this.attributes = before.map(LayerRecord::attributes).orElse(Map.of());
        }

        /** Names the layer's data. */
        public String key() {
            return key;
        }

        /** The layer as it will be. */
        public LayerRecord record() {
            return new LayerRecord(info, key, attributes);
        }

        /** Notes to keep with the layer; they replace those it had. */
        public Draft with(Map<String, String> notes) {
            attributes = Map.copyOf(notes);
            return this;
        }

        /** Makes it so, durably. */
        public LayerInfo publish() {
            if (done) {
                throw new IllegalStateException("the draft of layer " + info.id() + " is closed");
            }
            LayerRecord after = record();
            files.write(after);
            finish(this, Optional.of(after));
            done = true;
            return info;
        }

        @Override
        public void close() {
            if (!done) {
                done = true;
                finish(this, Optional.empty());
            }
        }
    }

    private void load() {
        List<LayerRecord> records = files.load();
        LayerOrder.Sorted sorted = LayerOrder.sort(records);
        for (LayerRecord stray : sorted.strays()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "layer {0} is dropped: what it stands on, {1}, is gone or is no committed layer",
                    stray.id(),
                    stray.info().parent().map(LayerId::value).orElse(""));
            files.delete(stray);
        }
        for (LayerRecord layer : sorted.ordered()) {
            layers.put(layer.id(), layer);
            keys.add(layer.key());
            layer.info().parent().ifPresent(this::use);
        }
    }

    private synchronized Draft begin(
            String attempted, LayerId id, Kind kind, Optional<LayerId> parent, Map<String, String> labels) {
        refuseExisting(id, attempted);
        if (parent.isPresent()) {
            LayerRecord base = require(parent.get(), attempted);
            if (base.info().kind() != Kind.COMMITTED) {
                throw new InvalidArgumentException(new Problem(
                        attempted,
                        "the parent " + base.id() + " is not committed",
                        "commit it first, or name another parent"));
            }
        }
        reserve(id, attempted);
        parent.ifPresent(this::use);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return new Draft(new LayerInfo(id, kind, parent, labels, now), newKey(), Optional.empty());
    }

    private synchronized Draft commit(String attempted, LayerId id, LayerId name, Optional<LayerId> onto) {
        LayerRecord layer = require(id, attempted);
        if (layer.info().kind() != Kind.ACTIVE) {
            throw wrongState(attempted, layer, "only an active layer can be committed");
        }
        if (onto.isPresent()) {
            if (layer.info().parent().isPresent()) {
                throw wrongState(attempted, layer, "only a layer prepared without a parent can be committed onto one");
            }
            LayerRecord base = require(onto.get(), attempted);
            if (base.info().kind() != Kind.COMMITTED) {
                throw wrongState(attempted, base, "only a committed layer can be a parent");
            }
        }
        refuseExisting(name, attempted);
        reserve(id, attempted);
        reserved.add(name);
        onto.ifPresent(this::use);
        LayerInfo before = layer.info();
        LayerInfo after = new LayerInfo(
                name, Kind.COMMITTED, onto.isPresent() ? onto : before.parent(), before.labels(), before.created());
        return new Draft(after, layer.key(), Optional.of(layer));
    }

    private synchronized void finish(Draft draft, Optional<LayerRecord> published) {
        reserved.remove(draft.info.id());
        draft.before.ifPresent(before -> reserved.remove(before.id()));
        if (published.isPresent()) {
            draft.before.ifPresent(before -> layers.remove(before.id()));
            layers.put(draft.info.id(), published.get());
            return;
        }
        if (draft.before.isEmpty()) {
            keys.remove(draft.key);
        }
        Optional<LayerId> parentBefore =
                draft.before.flatMap(before -> before.info().parent());
        if (!draft.info.parent().equals(parentBefore)) {
            draft.info.parent().ifPresent(this::release);
        }
    }

    private void refuseExisting(LayerId id, String attempted) {
        if (layers.containsKey(id) || reserved.contains(id)) {
            throw new AlreadyExistsException(new Problem(
                    attempted, "layer " + id + " exists already", "choose another name or remove that layer"));
        }
    }

    private void reserve(LayerId id, String attempted) {
        refuseReserved(id, attempted);
        reserved.add(id);
    }

    private void refuseReserved(LayerId id, String attempted) {
        if (reserved.contains(id)) {
            throw new FailedPreconditionException(
                    new Problem(attempted, "another call is changing layer " + id, "try again when it has ended"));
        }
    }

    private void use(LayerId parent) {
        users.merge(parent, 1, Integer::sum);
    }

    private void release(LayerId parent) {
        users.computeIfPresent(parent, (id, count) -> count == 1 ? null : count - 1);
    }

    private String childrenOf(LayerId id) {
        List<String> names = layers.values().stream()
                .filter(layer -> layer.info().parent().equals(Optional.of(id)))
                .map(layer -> layer.id().value())
                .sorted()
                .toList();
        if (names.isEmpty()) {
            return "one that is being made";
        }
        return names.size() <= 3 ? String.join(", ", names) : names.get(0) + " and " + (names.size() - 1) + " more";
    }

    private String newKey() {
        while (true) {
            long random = ThreadLocalRandom.current().nextLong();
            StringBuilder key = new StringBuilder(KEY_LENGTH);
            for (int i = 0; i < KEY_LENGTH; i++) {
                key.append(KEY_LETTERS.charAt((int) (random >>> (5 * i)) & 31));
            }
            if (keys.add(key.toString())) {
                return key.toString();
            }
        }
    }

    private static NotFoundException missing(LayerId id, String attempted) {
        return new NotFoundException(Problem.of(attempted, "there is no layer " + id));
    }

    private static FailedPreconditionException wrongState(String attempted, LayerRecord layer, String rule) {
        return new FailedPreconditionException(Problem.of(
                attempted, "layer " + layer.id() + " is " + nameOf(layer.info().kind()) + ", and " + rule));
    }

    private static String nameOf(Kind kind) {
        return switch (kind) {
            case ACTIVE -> "active";
            case COMMITTED -> "committed";
            case VIEW -> "a view";
        };
    }
}
