package io.gantry.linux;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a directory takes with all beneath it, as {@code du} counts: blocks, and a file with several names once. What is mounted beneath is left out.
 *
 * @param bytes space on disk
 * @param inodes files, directories and other entries, the directory itself left out
 */
public record TreeUsage(long bytes, long inodes) {
    /**
     * Counts a tree. Others may change it meanwhile; what goes away during the count is not counted. Symbolic links are not followed, other file systems mounted beneath are
     * not entered.
     */
    public static TreeUsage of(OpenDirectory directory) {
        Counter counter = new Counter(directory.stat());
        counter.enter(directory);
        return new TreeUsage(counter.blocks * 512, counter.inodes);
    }

    private static final class Counter {
        private final long device;
        private final Set<Long> seen = new HashSet<>();
        private long blocks;
        private long inodes;

        Counter(Stat top) {
            device = top.device();
            blocks = top.blocks();
        }

        void enter(OpenDirectory directory) {
            for (DirectoryEntry entry : directory.list()) {
                Optional<Stat> stat = directory.stat(entry.name());
                if (stat.isPresent() && stat.get().device() == device) {
                    count(directory, entry.name(), stat.get());
                }
            }
        }

        private void enterAndClose(OpenDirectory directory) {
            try (directory) {
                enter(directory);
            }
        }

        private void count(OpenDirectory directory, String name, Stat stat) {
            boolean isDirectory = stat.kind() == FileKind.DIRECTORY;
            if (!isDirectory && stat.links() > 1 && !seen.add(stat.inode())) {
                return;
            }
            blocks += stat.blocks();
            inodes++;
            if (isDirectory) {
                try {
                    directory.directoryOfSameMount(name).ifPresent(this::enterAndClose);
                } catch (KernelException e) {
                    if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                        throw e;
                    }
                }
            }
        }
    }
}
