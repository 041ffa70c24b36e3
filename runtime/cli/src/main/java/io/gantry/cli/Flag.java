package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One flag of a command. {@code type} is the word Docker's help shows; it decides whether the flag takes a value, may be
 * repeated, and how a value is checked. {@code shorthand} is empty for none.
 */
record Flag(String name, String shorthand, String type, String help) {
    /** Reads one flag per line: {@code -s, --name type | help}; a flag without a type is a switch. */
    static List<Flag> table(String lines) {
        List<Flag> flags = new ArrayList<>();
        for (String line : lines.split("\n")) {
            if (!line.isBlank()) {
                flags.add(line(line.trim()));
            }
        }
        return List.copyOf(flags);
    }

    private static Flag line(String line) {
        int bar = line.indexOf('|');
        String[] words = line.substring(0, bar).trim().split(" ");
        String help = line.substring(bar + 1).trim();
        boolean hasShort = words[0].endsWith(",");
        int at = hasShort ? 1 : 0;
        String type = words.length > at + 1 ? words[at + 1] : "";
        return new Flag(words[at].substring(2), hasShort ? words[0].substring(1, 2) : "", type, help);
    }

    /** The word help shows for the type. */
    String typeShown() {
        return type.equals("memory-swap") ? "bytes" : type;
    }

    boolean takesValue() {
        return !type.isEmpty();
    }

    boolean repeatable() {
        return switch (type) {
            case "list", "map", "ulimit", "mount", "network", "filter" -> true;
            default -> false;
        };
    }

    /** The name as Docker's messages show it: {@code -m, --memory}. */
    String shown() {
        return shorthand.isEmpty() ? "--" + name : "-" + shorthand + ", --" + name;
    }

    /** Why {@code value} is not of this flag's type, in the words Docker uses. */
    Optional<String> problem(String value) {
        try {
            switch (type) {
                case "int", "uint", "uint16" -> {
                    long number = Long.parseLong(value);
                    if (!type.equals("int") && number < 0) {
                        return Optional.of("strconv.ParseUint: parsing \"" + value + "\": invalid syntax");
                    }
                }
                case "bytes" -> HumanUnits.bytes(value);
                case "memory-swap" -> {
                    if (!value.equals("-1")) {
                        HumanUnits.bytes(value);
                    }
                }
                case "duration" -> GoDuration.parse(value);
                case "decimal" -> new java.math.BigDecimal(value);
                case "" -> GoBoolean.parse(value);
                case "filter" -> {
                    return value.indexOf('=') < 0
                            ? Optional.of("bad format of filter (expected name=value)")
                            : Optional.empty();
                }
                default -> {
                    return Optional.empty();
                }
            }
            return Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.of(
                    type.equals("decimal")
                            ? "failed to parse " + value + " as a rational number"
                            : "strconv.Parse" + (type.equals("int") ? "Int" : "Uint") + ": parsing \"" + value
                                    + "\": invalid syntax");
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }
}
