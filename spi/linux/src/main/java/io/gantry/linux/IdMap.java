package io.gantry.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * How owners on disk are shown by a mount, in the words of {@code mount(8)}'s {@code X-mount.idmap}: {@code u:INSIDE:OUTSIDE:COUNT} for users, {@code g:…} for groups, {@code b:…} or no
 * letter for both, separated by spaces. What belongs to INSIDE on disk shows as OUTSIDE's.
 */
record IdMap(List<Range> users, List<Range> groups) {
    static final String OPTION = "X-mount.idmap";

    record Range(long inside, long outside, long count) {
        @Override
        public String toString() {
            return inside + " " + outside + " " + count + "\n";
        }
    }

    IdMap {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    /** @throws KernelException EINVAL if it is none */
    static IdMap parse(String text) {
        List<Range> users = new ArrayList<>();
        List<Range> groups = new ArrayList<>();
        for (String part : text.strip().split("\\s+")) {
            boolean typed = part.length() > 1 && part.charAt(1) == ':' && !Character.isDigit(part.charAt(0));
            Range range = range(typed ? part.substring(2) : part, text);
            switch (typed ? part.charAt(0) : 'b') {
                case 'u' -> users.add(range);
                case 'g' -> groups.add(range);
                case 'b' -> {
                    users.add(range);
                    groups.add(range);
                }
                default -> throw invalid(text);
            }
        }
        if (users.isEmpty() || groups.isEmpty()) {
            throw invalid(text);
        }
        return new IdMap(users, groups);
    }

    /** Who stands for root, or for the first user of the map where it has no root. */
    long shownUser() {
        return shown(users);
    }

    /** As {@link #shownUser}. */
    long shownGroup() {
        return shown(groups);
    }

    private static long shown(List<Range> ranges) {
        return ranges.stream()
                .filter(range -> range.inside() == 0)
                .findFirst()
                .orElse(ranges.get(0))
                .outside();
    }

    private static Range range(String text, String all) {
        String[] numbers = text.split(":");
        try {
            if (numbers.length == 3) {
                return new Range(id(numbers[0]), id(numbers[1]), id(numbers[2]));
            }
        } catch (NumberFormatException e) {
            KernelException failure = invalid(all);
            failure.addSuppressed(e);
            throw failure;
        }
        throw invalid(all);
    }

    private static long id(String digits) {
        return Integer.toUnsignedLong(Integer.parseUnsignedInt(digits));
    }

    private static KernelException invalid(String text) {
        return new KernelException(
                "mount",
                OPTION + "=" + text,
                Errno.EINVAL,
                "not ranges of users and groups such as u:0:100000:65536 g:0:100000:65536");
    }
}
