package io.gantry.linux;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;

/**
 * Removes a tree by descriptors. It may be deeper than paths are long or than there are descriptors: below a fixed depth,
 * subdirectories are first renamed up to the top of the tree and removed from there. For one use.
 */
final class TreeRemoval {
    private static final int DEEPEST = 200;
    private static final int ATTEMPTS = 4;

    private final OpenDirectory top;
    private final Deque<String> raised = new ArrayDeque<>();

    private TreeRemoval(OpenDirectory top) {
        this.top = top;
    }

    static boolean remove(OpenDirectory parent, String entry) {
        Optional<Stat> stat = parent.stat(entry);
        if (stat.isEmpty()) {
            return false;
        }
        if (stat.get().kind() != FileKind.DIRECTORY) {
            return parent.remove(entry);
        }
        return removeEmptied(parent, entry, directory -> new TreeRemoval(directory).clear());
    }

    private void clear() {
        clear(top, 1);
        while (!raised.isEmpty()) {
            removeDirectory(top, raised.pop(), 1);
        }
    }

    private void clear(OpenDirectory directory, int depth) {
        for (DirectoryEntry child : directory.list()) {
            if (isDirectory(directory, child)) {
                removeDirectory(directory, child.name(), depth + 1);
            } else {
                directory.remove(child.name());
            }
        }
    }

    private void removeDirectory(OpenDirectory parent, String entry, int depth) {
        if (depth == DEEPEST) {
            String name = ".removed-" + UUID.randomUUID();
            parent.rename(entry, top, name);
            raised.push(name);
        } else {
            removeEmptied(parent, entry, directory -> clear(directory, depth));
        }
    }

    /** Entries that others add between listing and removal show up as ENOTEMPTY; another look takes them as well. */
    private static boolean removeEmptied(OpenDirectory parent, String entry, Emptying emptying) {
        for (int attempt = 1; ; attempt++) {
            try (OpenDirectory directory =
                    parent.directoryOfSameMount(entry).orElseThrow(() -> mountPoint(parent, entry))) {
                emptying.empty(directory);
            }
            try {
                return parent.removeDirectory(entry);
            } catch (KernelException e) {
                if (!e.is(Errno.ENOTEMPTY, Errno.EEXIST) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static KernelException mountPoint(OpenDirectory parent, String entry) {
        return new KernelException(
                "rmdir", parent.name() + "/" + entry, Errno.EBUSY, "something is mounted there; unmount it first");
    }

    private static boolean isDirectory(OpenDirectory parent, DirectoryEntry entry) {
        return switch (entry.kind()) {
            case DIRECTORY -> true;
            case UNKNOWN ->
                parent.stat(entry.name())
                        .filter(stat -> stat.kind() == FileKind.DIRECTORY)
                        .isPresent();
            case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, REGULAR, SYMLINK, SOCKET -> false;
        };
    }

    /** Leaves a directory without entries. */
    private interface Emptying {
        void empty(OpenDirectory directory);
    }
}
