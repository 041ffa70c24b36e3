package io.gantry.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The SHA-256 digest that names content, written {@code sha256:} and 64 lower-case hexadecimal digits (OCI image specification,
 * "Digests"). No other algorithm is in use by images today.
 *
 * @param hex the 64 digits
 */
public record Digest(String hex) implements Comparable<Digest> {
    private static final String PREFIX = "sha256:";
    private static final int LONGEST = 512;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[^:]+");

    /** Checks the digits: a digest becomes part of file names. */
    public Digest {
        Objects.requireNonNull(hex, "hex");
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("invalid checksum digest format");
        }
    }

    /**
     * Reads {@code sha256:HEX}.
     *
     * @throws IllegalArgumentException with Docker's words if the text is anything else
     */
    public static Digest parse(String text) {
        if (text.startsWith(PREFIX)) {
            String hex = text.substring(PREFIX.length());
            if (hex.length() != 64) {
                throw new IllegalArgumentException("invalid checksum digest length");
            }
            return new Digest(hex);
        }
        boolean isDigest = text.length() <= LONGEST && FORM.matcher(text).matches();
        throw new IllegalArgumentException(
                isDigest ? "unsupported digest algorithm" : "invalid checksum digest format");
    }

    /** The digest of these bytes. */
    public static Digest of(byte[] content) {
        return of(sha256().digest(content), 0);
    }

    /** Ends a running hash and resets it. */
    public static Digest of(MessageDigest hash) {
        return of(hash.digest(), 0);
    }

    private static Digest of(byte[] raw, int offset) {
        return new Digest(HexFormat.of().formatHex(raw, offset, raw.length));
    }

    /** A fresh SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The first twelve digits, as Docker prints ids. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
