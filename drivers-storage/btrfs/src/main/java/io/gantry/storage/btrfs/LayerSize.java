package io.gantry.storage.btrfs;

import io.gantry.spi.storage.Usage;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Measures what a subvolume holds that is younger than the snapshot it began as. Tree nodes that are still the parent's are skipped whole, so this takes as long as there are changes, however
 * large the parent is. A block that several files share counts once; compressed data counts as it is on disk. For one use.
 */
final class LayerSize {
    private static final int REGULAR = 1;
    private static final int INLINE = 0;

    private final Volume volume;
    private final long sector;
    private final Set<Long> extents = new HashSet<>();
    private long bytes;
    private long inodes;

    private LayerSize(Volume volume, long sector) {
        this.volume = volume;
        this.sector = sector;
    }

    /**
     * What is on disk; data still to be written does not count. Subvolumes within it count as far as they are not copies themselves.
     *
     * @param born of the snapshot, 0 for a subvolume that began empty
     */
    static Usage of(Volume volume, long subvolume, long born) {
        LayerSize size = new LayerSize(volume, VolumeFacts.of(volume).sector());
        size.count(subvolume, born);
        Deque<Long> around = new ArrayDeque<>(Set.of(subvolume));
        while (!around.isEmpty()) {
            for (Volume.Nested nested : volume.within(around.pop())) {
                size.inodes++;
                size.count(nested.id(), volume.bornAsCopy(nested.id()));
                around.push(nested.id());
            }
        }
        return new Usage(size.bytes, size.inodes);
    }

    private void count(long subvolume, long born) {
        volume.files(subvolume, born, (inode, type, offset, data) -> {
            if (type == Volume.INODE_ITEM && inode != Subvolumes.ROOT_INODE && data.getLong(0) > born) {
                inodes++;
            } else if (type == Volume.EXTENT_DATA && data.getLong(0) > born) {
                extent(data);
            }
        });
    }

    /** {@code struct btrfs_file_extent_item}. */
    private void extent(ByteBuffer item) {
        int type = item.get(20);
        if (type == INLINE) {
            bytes += sector;
        } else if (type >= REGULAR) {
            long address = item.getLong(21);
            if (address != 0 && extents.add(address)) {
                bytes += item.getLong(29);
            }
        }
    }
}
