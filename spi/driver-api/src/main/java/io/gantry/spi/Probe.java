package io.gantry.spi;

import java.util.List;
import java.util.Objects;

/** Whether a driver can work here. */
public sealed interface Probe {
    /**
     * The driver works.
     *
     * @param features what it decided to use or to leave, with the reasons, in the order in which to show them
     */
    record Supported(List<Feature> features) implements Probe {
        /** Copies the list. */
        public Supported {
            features = List.copyOf(features);
        }
    }

    /**
     * The driver does not work here.
     *
     * @param reason the class of reason
     * @param detail what was tried and what was found, one sentence
     * @param remedy what the user can do, an imperative; empty if there is nothing
     */
    record Unsupported(Reason reason, String detail, String remedy) implements Probe {
        /** Refuses nulls. */
        public Unsupported {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
            Objects.requireNonNull(remedy, "remedy");
        }
    }

    /** Why a driver cannot work. */
    enum Reason {
        /** The kernel lacks something: a file system, a device type, a system call. */
        MISSING_KERNEL_FEATURE,
        /** A program or a shared library is not installed. */
        MISSING_PROGRAM,
        /** The file system beneath the driver's root does not do. */
        WRONG_BACKING_FILE_SYSTEM,
        /** The engine lacks a privilege. */
        NO_PRIVILEGE,
        /** The options do not fit the machine or each other. */
        BAD_CONFIGURATION
    }

    /** The driver works, with these features. */
    static Probe supported(Feature... features) {
        return new Supported(List.of(features));
    }

    /** The driver does not work. */
    static Probe unsupported(Reason reason, String detail, String remedy) {
        return new Unsupported(reason, detail, remedy);
    }
}
