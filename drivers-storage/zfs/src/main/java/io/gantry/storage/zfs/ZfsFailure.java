package io.gantry.storage.zfs;

import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One of OpenZFS's programs did not do what it was asked. The programs have one exit code for all errors, so that the kind is read from what they say. */
final class ZfsFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** What was wrong, as far as it makes a difference. */
    enum Kind {
        /** There is no dataset, snapshot or pool of that name. */
        MISSING,
        /** There is one of that name already. */
        EXISTS,
        /** It is mounted, held or being worked on. */
        BUSY,
        /** Clones or children of it exist. */
        IN_USE,
        /** A quota below what is taken. */
        TOO_SMALL,
        /** The pool is full. */
        NO_SPACE,
        /** A quota is used up. */
        QUOTA,
        /** Not root, or in a container. */
        NO_PRIVILEGE,
        /** The kernel has no ZFS. */
        NO_MODULE,
        /** The program is not installed. */
        NO_PROGRAM,
        /** It gave no answer in time. */
        TIMEOUT,
        /** Anything else. */
        OTHER
    }

    private record Sign(String words, Kind kind) {}

    /** What the programs say, the first that fits. */
    private static final List<Sign> SIGNS = List.of(
            new Sign("dataset does not exist", Kind.MISSING),
            new Sign("parent does not exist", Kind.MISSING),
            new Sign("no such pool", Kind.MISSING),
            new Sign("could not find any snapshots", Kind.MISSING),
            new Sign("dataset already exists", Kind.EXISTS),
            new Sign("is busy", Kind.BUSY),
            new Sign("resource busy", Kind.BUSY),
            new Sign("has dependent clones", Kind.IN_USE),
            new Sign("has children", Kind.IN_USE),
            new Sign("size is less than current used", Kind.TOO_SMALL),
            new Sign("out of space", Kind.NO_SPACE),
            new Sign("no space left on device", Kind.NO_SPACE),
            new Sign("quota exceeded", Kind.QUOTA),
            new Sign("permission denied", Kind.NO_PRIVILEGE),
            new Sign("operation not permitted", Kind.NO_PRIVILEGE),
            new Sign("must be superuser", Kind.NO_PRIVILEGE),
            new Sign("/dev/zfs", Kind.NO_MODULE),
            new Sign("zfs module", Kind.NO_MODULE));

    private static final Map<Kind, String> REMEDIES = Map.of(
            Kind.MISSING,
                    "if its pool is not imported, import it with zpool import; gantry check finds layers that are damaged",
            Kind.BUSY, "unmount it where it is mounted, see grep zfs /proc/*/mounts, and release holds, see zfs holds",
            Kind.IN_USE, "destroy the clones and snapshots that stand on it, see zfs list -t all -o name,origin",
            Kind.NO_SPACE, "free space in the pool, see zpool list and zfs list -o space",
            Kind.QUOTA, "raise the quota or free space within it, see zfs get quota",
            Kind.NO_PRIVILEGE, ZfsPrograms.BE_ROOT,
            Kind.NO_MODULE, ZfsPrograms.LOAD_MODULE,
            Kind.NO_PROGRAM, ZfsPrograms.INSTALL_PROGRAMS,
            Kind.TIMEOUT, "see zpool status: a pool whose devices are gone keeps everybody waiting");

    ZfsFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** The failure of a program that ended with an error. */
    static ZfsFailure of(String command, int code, String errors) {
        String text = errors.strip().replace('\n', ' ');
        return new ZfsFailure(
                kindOf(errors), command + ": " + (text.isEmpty() ? "it ended with exit code " + code : text), null);
    }

    Kind kind() {
        return kind;
    }

    boolean is(Kind... kinds) {
        for (Kind one : kinds) {
            if (kind == one) {
                return true;
            }
        }
        return false;
    }

    /** What the user can do, if anybody knows. */
    Optional<String> remedy() {
        return Optional.ofNullable(REMEDIES.get(kind));
    }

    /**
     * As the SPI has it.
     *
     * @param attempted a phrase that follows "cannot"
     */
    DriverException as(String attempted) {
        Problem problem = new Problem(attempted, getMessage(), remedy().orElse(""));
        return switch (kind) {
            case NO_SPACE, QUOTA -> new OutOfSpaceException(problem, this);
            case BUSY, IN_USE -> new FailedPreconditionException(problem, this);
            case NO_MODULE, NO_PROGRAM, NO_PRIVILEGE -> new UnsupportedException(problem, this);
            default -> new IoFailureException(problem, this);
        };
    }

    private static Kind kindOf(String errors) {
        String lower = errors.toLowerCase(Locale.ROOT);
        return SIGNS.stream()
                .filter(sign -> lower.contains(sign.words()))
                .map(Sign::kind)
                .findFirst()
                .orElse(Kind.OTHER);
    }
}
