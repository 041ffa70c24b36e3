package io.gantry.spi.storage;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The driver can compare its records with what is on disk. Layers that are whole in themselves but that the engine does not know, or whose content is not that of their image, are the engine's to
 * find.
 */
public interface ConsistencyChecker extends StorageCapability {
    /**
     * Looks for faults and changes nothing. May be called while layers are in use and are being made: what is under way is no fault.
     *
     * @return what was found, parents before children; empty if all is well
     */
    List<Fault> check();

    /**
     * Mends a fault that {@link #check} found, as its remedy says. Does nothing if it is gone meanwhile.
     *
     * @throws io.gantry.spi.FailedPreconditionException if it cannot be mended now, such as a layer that is in use or that others stand on
     */
    void repair(Fault fault);

    /**
     * Something that does not fit.
     *
     * @param kind its class
     * @param layer the layer that it is about, if there is one
     * @param subject what was looked at: a directory, a dataset, a device
     * @param detail what was found, one sentence
     * @param remedy what {@link #repair} does about it, one sentence
     */
    record Fault(Kind kind, Optional<LayerId> layer, String subject, String detail, String remedy) {
        /** Refuses nulls. */
        public Fault {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(layer, "layer");
            Objects.requireNonNull(subject, "subject");
            Objects.requireNonNull(detail, "detail");
            Objects.requireNonNull(remedy, "remedy");
        }
    }

    /** The classes of faults. */
    enum Kind {
        /** There is data that no record is about. */
        UNACCOUNTED,
        /** There is a record that nobody uses. */
        UNREFERENCED,
        /** A layer stands on one that is gone. */
        MISSING_PARENT,
        /** A layer's data is missing or damaged so that it cannot be mounted. */
        UNMOUNTABLE,
        /** A layer's data is not what was put there. */
        CONTENT_MISMATCH
    }
}
