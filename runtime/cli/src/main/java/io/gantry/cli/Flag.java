package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One flag of a command. {@code type} is the word Docker's help shows, empty for a switch; {@code check} names the rule for its
 * values (see {@link FlagValues}); {@code stored} is the name under which values are kept, another flag's for a synonym.
 * {@code shorthand} is empty for none; a hidden flag is accepted and not shown.
 */
record Flag(String name, String shorthand, String type, String check, String stored, boolean hidden, String help) {
    /** A switch. */
    static Flag of(String name, String shorthand, String help) {
        return new Flag(name, shorthand, "", "", name, false, help);
    }

    /** Reads one flag per line: {@code [~][-s, ]--name[>stored] [type[:check]] | help}; {@code ~} hides it. */
    static List<Flag> table(String lines) {
        List<Flag> flags = new ArrayList<>();
        int from = 0;
        while (from < lines.length()) {
            int end = lines.indexOf('\n', from);
            String line = lines.substring(from, end < 0 ? lines.length() : end).trim();
            if (!line.isEmpty()) {
                flags.add(line(line));
            }
            from = end < 0 ? lines.length() : end + 1;
        }
        return List.copyOf(flags);
    }

    private static Flag line(String line) {
        int bar = line.indexOf('|');
        boolean hidden = line.charAt(0) == '~';
        String left = line.substring(hidden ? 1 : 0, bar).trim();
        String shorthand = "";
        if (left.charAt(1) != '-') {
            shorthand = left.substring(1, 2);
            left = left.substring(4);
        }
        int space = left.indexOf(' ');
        String name = left.substring(2, space < 0 ? left.length() : space);
        String type = space < 0 ? "" : left.substring(space + 1);
        int colon = type.indexOf(':');
        String check = colon < 0 ? type : type.substring(colon + 1);
        int arrow = name.indexOf('>');
        return new Flag(
                arrow < 0 ? name : name.substring(0, arrow),
                shorthand,
                colon < 0 ? type : type.substring(0, colon),
                check,
                arrow < 0 ? name : name.substring(arrow + 1),
                hidden,
                line.substring(bar + 1).trim());
    }

    boolean takesValue() {
        return !type.isEmpty();
    }

    /** The name as Docker's messages show it: {@code -m, --memory}. */
    String shown() {
        return shorthand.isEmpty() ? "--" + name : "-" + shorthand + ", --" + name;
    }

    /** Why {@code value} is not of this flag's type, in the words Docker uses. */
    Optional<String> problem(String value) {
        try {
            FlagValues.check(check, value);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }
}
