package io.gantry.storage.btrfs;

import io.gantry.linux.KernelException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/** What {@link DirectoryChecker} finds, and what only btrfs knows: content that is no subvolume, that is writable or not as it should not be, that was changed after the commit. Thread-safe. */
final class BtrfsChecker implements ConsistencyChecker {
    /** A committed layer's note: the last transaction that changed anything in it. */
    static final String CHANGED = "btrfs.changed";

    private static final String REMOVED = "the layer is removed; layers that stand on it have to be removed before";
    private static final String MADE_READ_ONLY = "it is made read-only";
    private static final String MADE_WRITABLE = "it is made writable";

    private final LayerCatalog catalog;
    private final LayerLayout layout;
    private final DirectoryChecker directories;
    private final Lock noCommit;
    private final Consumer<LayerId> remover;

    /**
     * @param noCommit while it is held no commit is half-way
     * @param remover {@link io.gantry.spi.storage.StorageDriver#remove}
     */
    BtrfsChecker(
            LayerCatalog catalog,
            LayerLayout layout,
            DirectoryChecker directories,
            Lock noCommit,
            Consumer<LayerId> remover) {
        this.catalog = catalog;
        this.layout = layout;
        this.directories = directories;
        this.noCommit = noCommit;
        this.remover = remover;
    }

    @Override
    public List<Fault> check() {
        List<Fault> faults = new ArrayList<>();
        noCommit.lock();
        try {
            faults.addAll(directories.check());
        } finally {
            noCommit.unlock();
        }
        faults.addAll(ownFaults());
        return List.copyOf(faults);
    }

    @Override
    public void repair(Fault fault) {
        if (!ownFaults().contains(fault)) {
            directories.repair(fault);
            return;
        }
        LayerId id = fault.layer().orElseThrow();
        if (fault.remedy().equals(REMOVED)) {
            remover.accept(id);
            return;
        }
        String attempted = "repair layer " + id;
        try {
            layout.setReadOnly(
                    catalog.require(id, attempted).key(), fault.remedy().equals(MADE_READ_ONLY));
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }

    private List<Fault> ownFaults() {
        List<Fault> faults = new ArrayList<>();
        for (LayerInfo info : catalog.list()) {
            noCommit.lock();
            try {
                catalog.find(info.id())
                        .filter(layer -> layer.info().kind() != LayerInfo.Kind.VIEW)
                        .flatMap(this::fault)
                        .ifPresent(faults::add);
            } finally {
                noCommit.unlock();
            }
        }
        return faults;
    }

    private Optional<Fault> fault(LayerRecord layer) {
        try {
            Optional<Subvolumes.Info> info = layout.find(layer.key());
            if (info.isEmpty()) {
                return layout.exists(layer.key()) && catalog.find(layer.id()).equals(Optional.of(layer))
                        ? Optional.of(fault(layer, Kind.UNMOUNTABLE, "it is no subvolume", REMOVED))
                        : Optional.empty();
            }
            boolean committed = layer.info().kind() == LayerInfo.Kind.COMMITTED;
            Optional<Long> changed = layer.attribute(CHANGED).map(Long::valueOf);
            if (committed && changed.isPresent() && changed.get() != info.get().changed()) {
                return Optional.of(
                        fault(layer, Kind.CONTENT_MISMATCH, "somebody changed it after it was committed", REMOVED));
            }
            if (committed && !info.get().readOnly()) {
                return Optional.of(fault(
                        layer, Kind.CONTENT_MISMATCH, "it is committed, and could be written to", MADE_READ_ONLY));
            }
            if (!committed && info.get().readOnly()) {
                return Optional.of(
                        fault(layer, Kind.UNMOUNTABLE, "it is active, and cannot be written to", MADE_WRITABLE));
            }
            return Optional.empty();
        } catch (KernelException e) {
            throw IoFailures.of("check layer " + layer.id(), e.errno().name(), e.getMessage(), e);
        }
    }

    private Fault fault(LayerRecord layer, Kind kind, String detail, String remedy) {
        return new Fault(
                kind, Optional.of(layer.id()), layout.content(layer.key()).toString(), detail, remedy);
    }
}
