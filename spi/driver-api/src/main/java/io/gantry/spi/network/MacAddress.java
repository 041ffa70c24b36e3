package io.gantry.spi.network;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A MAC address.
 *
 * @param value six octets, lower case, with colons: {@code 02:42:ac:11:00:02}
 */
public record MacAddress(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");

    /** Checks the form and lowers the case. */
    public MacAddress {
        value = value.toLowerCase(Locale.ROOT).replace('-', ':');
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("invalid MAC address: " + value);
        }
    }

    /** From six octets. */
    public static MacAddress of(byte[] octets) {
        return new MacAddress(HexFormat.ofDelimiter(":").formatHex(octets));
    }

    /** The six octets. */
    public byte[] octets() {
        return HexFormat.ofDelimiter(":").parseHex(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
