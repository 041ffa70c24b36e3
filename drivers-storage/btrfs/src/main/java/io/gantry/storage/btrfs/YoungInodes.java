package io.gantry.storage.btrfs;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files and directories of a subvolume that were there when it began as a snapshot and have been touched since: written to, renamed, linked, read with a new access time.
 *
 * @param directories by inode number
 * @param files all that are no directories
 * @param rewritten those with blocks of data that were not there
 */
record YoungInodes(Set<Long> directories, Set<Long> files, Set<Long> rewritten) {
    private static final int KIND = 0170000;
    private static final int DIRECTORY = 0040000;

    /** Finds them; see {@link Volume#files} for what it costs. What is still to be written to disk is not seen. */
    static YoungInodes of(Volume volume, long subvolume, long born) {
        YoungInodes young = new YoungInodes(new TreeSet<>(), new TreeSet<>(), new HashSet<>());
        volume.files(subvolume, born, (inode, type, offset, data) -> {
            if (type == Volume.EXTENT_DATA && data.getLong(0) > born) {
                young.rewritten.add(inode);
            } else if (type == Volume.INODE_ITEM) {
                // struct btrfs_inode_item: generation, transid, ..., nlink at 40, mode at 52.
                boolean old = inode == Subvolumes.ROOT_INODE || data.getLong(0) <= born;
                boolean hasName = data.getInt(40) != 0;
                if (old && hasName && data.getLong(8) > born) {
                    boolean directory = (data.getInt(52) & KIND) == DIRECTORY;
                    (directory ? young.directories : young.files).add(inode);
                }
            }
        });
        return young;
    }
}
