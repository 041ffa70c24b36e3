package io.gantry.storage.btrfs;

import io.gantry.linux.Ioctl;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * What a btrfs is made of.
 *
 * @param uuid as {@code /sys/fs/btrfs} names it
 * @param devices how many
 * @param sector bytes in a block of data
 * @param node bytes in a block of metadata
 * @param spaces what is set apart for what
 */
record VolumeFacts(String uuid, long devices, long sector, long node, List<Space> spaces) {
    private static final int FACTS_SIZE = 1024;
    private static final int SPACE_SIZE = 24;
    private static final int SPACES_HEADER = 16;
    private static final long GET_FACTS = Ioctl.read(Subvolumes.MAGIC, 31, FACTS_SIZE);
    private static final long GET_SPACES = Ioctl.readWrite(Subvolumes.MAGIC, 20, SPACES_HEADER);
    private static final String[] PROFILES = {"RAID0", "RAID1", "DUP", "RAID10", "RAID5", "RAID6", "RAID1C3", "RAID1C4"
    };

    /**
     * Block groups of one kind.
     *
     * @param flags {@code BTRFS_BLOCK_GROUP_} bits
     * @param total bytes set apart
     * @param used bytes of that in use
     */
    record Space(long flags, long total, long used) {
        /** Data, without or with metadata in the same place. */
        boolean isData() {
            return (flags & 1) != 0;
        }

        boolean isMetadata() {
            return (flags & 4) != 0 && (flags & 1 << 1) == 0 && (flags & 1L << 49) == 0;
        }

        /** How copies lie on devices, as {@code btrfs filesystem df} names it. */
        String profile() {
            for (int i = 0; i < PROFILES.length; i++) {
                if ((flags >>> (3 + i) & 1) != 0) {
                    return PROFILES[i];
                }
            }
            return "single";
        }
    }

    static VolumeFacts of(Volume volume) {
        byte[] facts = new byte[FACTS_SIZE];
        Ioctl.call(volume.fd(), GET_FACTS, "BTRFS_IOC_FS_INFO", facts);
        ByteBuffer view = Subvolumes.view(facts);
        return new VolumeFacts(
                uuid(facts, 16),
                view.getLong(8),
                Integer.toUnsignedLong(view.getInt(36)),
                Integer.toUnsignedLong(view.getInt(32)),
                spaces(volume));
    }

    private static List<Space> spaces(Volume volume) {
        int room = 64;
        byte[] result = new byte[SPACES_HEADER + room * SPACE_SIZE];
        Subvolumes.view(result).putLong(0, room);
        Ioctl.call(volume.fd(), GET_SPACES, "BTRFS_IOC_SPACE_INFO", result);
        ByteBuffer view = Subvolumes.view(result);
        List<Space> spaces = new ArrayList<>();
        for (int i = 0; i < view.getLong(8); i++) {
            int at = SPACES_HEADER + i * SPACE_SIZE;
            spaces.add(new Space(view.getLong(at), view.getLong(at + 8), view.getLong(at + 16)));
        }
        return List.copyOf(spaces);
    }

    private static String uuid(byte[] bytes, int offset) {
        StringJoiner uuid = new StringJoiner("-");
        int at = offset;
        for (int length : new int[] {4, 2, 2, 2, 6}) {
            StringBuilder part = new StringBuilder();
            for (int i = 0; i < length; i++) {
                part.append(String.format(Locale.ROOT, "%02x", bytes[at++]));
            }
            uuid.add(part);
        }
        return uuid.toString();
    }
}
