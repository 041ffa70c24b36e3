package io.gantry.image;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What an image runs on, in the names of Go's {@code GOOS} and {@code GOARCH} (OCI image index, "platform").
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64}
 * @param variant such as {@code v7}, for {@code arm}
 */
public record Platform(String os, String architecture, Optional<String> variant) {
    /** Normalises: {@code x86_64} is {@code amd64}, {@code aarch64} is {@code arm64}, and so on. */
    public Platform {
        os = os.toLowerCase(Locale.ROOT);
        Objects.requireNonNull(variant, "variant");
        String given = architecture.toLowerCase(Locale.ROOT);
        switch (given) {
            case "x86_64", "x86-64" -> architecture = "amd64";
            case "i386", "i486", "i586", "i686" -> architecture = "386";
            case "aarch64", "arm64" -> architecture = "arm64";
            case "armhf" -> architecture = "arm";
            case "armel" -> architecture = "arm";
            default -> architecture = given;
        }
        if (given.equals("armel")) {
            variant = Optional.of("v6");
        } else if (architecture.equals("arm") && variant.isEmpty()) {
            variant = Optional.of("v7");
        } else if (architecture.equals("arm64") && variant.filter("v8"::equals).isPresent()) {
            variant = Optional.empty();
        } else if (architecture.equals("amd64") && variant.filter("v1"::equals).isPresent()) {
            variant = Optional.empty();
        }
    }

    /** The machine this process runs on. */
    public static Platform host() {
        return new Platform("linux", System.getProperty("os.arch"), Optional.empty());
    }

    /**
     * Reads {@code os/arch} or {@code os/arch/variant}, or an architecture alone.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        for (String part : parts) {
            if (part.isBlank() || parts.length > 3) {
                throw new IllegalArgumentException("\"" + text + "\": a platform has the form os/arch[/variant]");
            }
        }
        if (parts.length == 1) {
            return new Platform("linux", parts[0], Optional.empty());
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? Optional.of(parts[2]) : Optional.empty());
    }

    /** Whether an image for {@code offered} runs on this platform: 0 is a perfect fit, larger is worse, negative is no. */
    public int fit(Platform offered) {
        if (!os.equals(offered.os) || !architecture.equals(offered.architecture)) {
            return -1;
        }
        if (variant.equals(offered.variant)) {
            return 0;
        }
        if (!architecture.equals("arm")) {
            return offered.variant.isEmpty() ? 1 : -1;
        }
        int wanted = armVersion(variant);
        int given = armVersion(offered.variant);
        return given > wanted ? -1 : wanted - given;
    }

    private static int armVersion(Optional<String> variant) {
        String text = variant.orElse("v7");
        return text.length() == 2 && Character.isDigit(text.charAt(1)) ? text.charAt(1) - '0' : 7;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
    }
}
