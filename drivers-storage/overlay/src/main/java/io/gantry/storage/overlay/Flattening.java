package io.gantry.storage.overlay;

import io.gantry.linux.AttributeCopy;
import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.TreeCopy;
import io.gantry.linux.Xattrs;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a tree that shows what an overlay mount of two trees would. Directories are made anew, all else becomes one more name of the same file: nothing is ever written to a file that has a name
 * elsewhere. A file that has too many names already, or takes no further one, is copied.
 *
 * <p>For one use. The two trees must not change meanwhile.
 */
final class Flattening {
    /** Beneath the 65,000 names that ext4 allows; other file systems allow more. */
    static final long MOST_NAMES = 60_000;

    private static final String MARK = "trusted.overlay.";

    /** How overlay stores a mark of another overlay on top of it. */
    private static final String ESCAPED_MARK = MARK + "overlay.";

    private static final String OPAQUE = MARK + "opaque";
    private static final byte[] YES = {'y'};

    private final OpenDirectory copies;
    private final Map<Long, String> copied = new HashMap<>();
    private final Set<Long> linkedOften = new HashSet<>();
    private final Set<Long> counted = new HashSet<>();
    private long blocks;
    private long inodes;

    /**
     * What the new tree takes beside the parent's.
     *
     * @param bytes of its directories, the changed files and copies
     * @param inodes likewise, the topmost directory left out
     */
    record Cost(long bytes, long inodes) {}

    /** @param copies an empty directory on the same file system, for temporary names */
    Flattening(OpenDirectory copies) {
        this.copies = copies;
    }

    /**
     * Flattens.
     *
     * @param to an empty directory
     */
    Cost of(OpenDirectory lower, OpenDirectory upper, OpenDirectory to) {
        changed(isOpaque(upper) ? Optional.empty() : Optional.of(lower), upper, to);
        return new Cost(blocks * 512, inodes);
    }

    /** Whether an attribute is the content's and not overlay's own. */
    static boolean belongsToContent(String xattr) {
        return !xattr.startsWith(MARK) || xattr.startsWith(ESCAPED_MARK);
    }

    private void changed(Optional<OpenDirectory> lower, OpenDirectory upper, OpenDirectory to) {
        Set<String> decided = new HashSet<>();
        for (DirectoryEntry entry : upper.list()) {
            String name = entry.name();
            Stat stat = statOf(upper, name);
            decided.add(name);
            if (stat.kind() == FileKind.DIRECTORY) {
                changedDirectory(lower, upper, name, to);
            } else if (!isWhiteout(stat)) {
                share(upper, name, stat, to);
                if (counted.add(stat.inode())) {
                    count(stat);
                }
            }
        }
        lower.ifPresent(beneath -> unchanged(beneath, decided, to));
        finish(upper, to);
    }

    private void changedDirectory(Optional<OpenDirectory> lower, OpenDirectory upper, String name, OpenDirectory to) {
        to.makeDirectory(name, 0700);
        inodes++;
        try (OpenDirectory source = upper.directory(name);
                OpenDirectory target = to.directory(name)) {
            boolean merged = lower.isPresent() && !isOpaque(source) && hasDirectory(lower.get(), name);
            if (!merged) {
                changed(Optional.empty(), source, target);
                return;
            }
            try (OpenDirectory beneath = lower.get().directory(name)) {
                changed(Optional.of(beneath), source, target);
            }
        }
    }

    private void unchanged(OpenDirectory lower, Set<String> except, OpenDirectory to) {
        for (DirectoryEntry entry : lower.list()) {
            String name = entry.name();
            if (except.contains(name)) {
                continue;
            }
            Stat stat = statOf(lower, name);
            if (stat.kind() == FileKind.DIRECTORY) {
                unchangedDirectory(lower, name, to);
            } else {
                share(lower, name, stat, to);
            }
        }
    }

    private void unchangedDirectory(OpenDirectory lower, String name, OpenDirectory to) {
        to.makeDirectory(name, 0700);
        inodes++;
        try (OpenDirectory source = lower.directory(name);
                OpenDirectory target = to.directory(name)) {
            unchanged(source, Set.of(), target);
            finish(source, target);
        }
    }

    private void finish(OpenDirectory from, OpenDirectory to) {
        AttributeCopy.copy(from.fd(), to.fd(), Flattening::belongsToContent);
        blocks += to.stat().blocks();
    }

    private void share(OpenDirectory from, String name, Stat stat, OpenDirectory to) {
        String copy = copied.get(stat.inode());
        if (copy != null) {
            to.makeLink(name, copies, copy);
        } else if (hasTooManyNames(stat)) {
            copy(from, name, stat, to);
        } else {
            try {
                to.makeLink(name, from, name);
            } catch (KernelException e) {
                // EPERM: the file is immutable or append-only.
                if (!e.is(Errno.EMLINK, Errno.EPERM)) {
                    throw e;
                }
                copy(from, name, stat, to);
            }
        }
    }

    /** Never after the first name of a file has been linked, so that names of one file stay so. */
    private boolean hasTooManyNames(Stat stat) {
        if (stat.links() < MOST_NAMES / 2) {
            return false;
        }
        if (stat.links() >= MOST_NAMES && !linkedOften.contains(stat.inode())) {
            return true;
        }
        linkedOften.add(stat.inode());
        return false;
    }

    private void copy(OpenDirectory from, String name, Stat stat, OpenDirectory to) {
        TreeCopy.single(from, to, name);
        count(statOf(to, name));
        String kept = Integer.toString(copied.size());
        copies.makeLink(kept, to, name);
        copied.put(stat.inode(), kept);
    }

    private void count(Stat stat) {
        blocks += stat.blocks();
        inodes++;
    }

    private static boolean isOpaque(OpenDirectory directory) {
        return Xattrs.of(directory.fd())
                .value(OPAQUE)
                .filter(value -> Arrays.equals(value, YES))
                .isPresent();
    }

    private static boolean isWhiteout(Stat stat) {
        return stat.kind() == FileKind.CHARACTER_DEVICE && stat.rdevice() == 0;
    }

    private static boolean hasDirectory(OpenDirectory parent, String name) {
        return parent.stat(name)
                .filter(stat -> stat.kind() == FileKind.DIRECTORY)
                .isPresent();
    }

    static Stat statOf(OpenDirectory directory, String name) {
        return directory
                .stat(name)
                .orElseThrow(() -> new IllegalStateException(directory.name() + "/" + name + " went away meanwhile"));
    }
}
