package io.gantry.spi.storage;

import java.util.regex.Pattern;

/**
 * The opaque name of a layer, safe as a file name.
 *
 * @param value 1 to 128 characters of {@code A-Z a-z 0-9 _ . -}, the first a letter or a digit
 */
public record LayerId(String value) implements Comparable<LayerId> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    /** Checks the form. */
    public LayerId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a layer id: \"" + value + "\"");
        }
    }

    /** Shorthand for the constructor. */
    public static LayerId of(String value) {
        return new LayerId(value);
    }

    @Override
    public int compareTo(LayerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
