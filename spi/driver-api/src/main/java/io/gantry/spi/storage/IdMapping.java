package io.gantry.spi.storage;

import java.util.List;

/**
 * How the owners on disk are shown.
 *
 * @param users at least one range, none overlapping another on either side
 * @param groups as {@code users}
 */
public record IdMapping(List<Range> users, List<Range> groups) {
    /** Ids are unsigned 32-bit numbers of which the last, {@code (uid_t) -1}, means none. */
    private static final long NONE = 0xFFFF_FFFFL;

    /**
     * Consecutive ids.
     *
     * @param inside the first id on disk, as the container sees it
     * @param outside the first id it is shown as, as the host sees it
     * @param count how many
     */
    public record Range(long inside, long outside, long count) {
        /** Refuses what is no range of ids. */
        public Range {
            if (inside < 0 || outside < 0 || count <= 0 || inside + count > NONE || outside + count > NONE) {
                throw new IllegalArgumentException("not a range of ids: " + inside + ":" + outside + ":" + count);
            }
        }

        private boolean meets(Range other) {
            return inside < other.inside + other.count && other.inside < inside + count
                    || outside < other.outside + other.count && other.outside < outside + count;
        }

        @Override
        public String toString() {
            return inside + ":" + outside + ":" + count;
        }
    }

    /** Refuses no ranges and ranges that overlap. */
    public IdMapping {
        users = check(users);
        groups = check(groups);
    }

    /** The same range of users and groups, from id 0 inside on. */
    public static IdMapping of(long outside, long count) {
        List<Range> range = List.of(new Range(0, outside, count));
        return new IdMapping(range, range);
    }

    /** As a mount option: {@code X-mount.idmap=u:0:100000:65536 g:0:100000:65536}. */
    public String asOption() {
        StringBuilder option = new StringBuilder(IdMapper.OPTION).append('=');
        users.forEach(range -> option.append("u:").append(range).append(' '));
        groups.forEach(range -> option.append("g:").append(range).append(' '));
        return option.toString().strip();
    }

    private static List<Range> check(List<Range> ranges) {
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("a mapping has at least one range of users and one of groups");
        }
        for (int i = 0; i < ranges.size(); i++) {
            for (int j = i + 1; j < ranges.size(); j++) {
                if (ranges.get(i).meets(ranges.get(j))) {
                    throw new IllegalArgumentException("ranges overlap: " + ranges.get(i) + " and " + ranges.get(j));
                }
            }
        }
        return List.copyOf(ranges);
    }
}
