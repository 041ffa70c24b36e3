package io.gantry.engine.name;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes ids: 64 hexadecimal digits, at random. */
public final class Ids {
    private final SecureRandom random = new SecureRandom();

    /** A new id. Its first twelve digits hold a letter, so that the short form is never taken for a number. */
    public String next() {
        byte[] bytes = new byte[32];
        while (true) {
            random.nextBytes(bytes);
            String id = HexFormat.of().formatHex(bytes);
            if (id.chars().limit(12).anyMatch(Character::isLetter)) {
                return id;
            }
        }
    }

    /** The short form that users see. */
    public static String shortForm(String id) {
        return id.length() > 12 ? id.substring(0, 12) : id;
    }
}
