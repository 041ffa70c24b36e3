package io.gantry.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** {@code --platform os[/architecture[/variant]]}. */
final class Platform {
    private static final String SYSTEMS =
            " aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd"
                    + " plan9 solaris windows zos ";
    private static final String ARCHITECTURES =
            " 386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le"
                    + " mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"
                    + " i386 i686 x86_64 x86-64 aarch64 armhf armel armv5 armv6 armv7 armv8 ";

    private Platform() {}

    /** The platform in its usual form; empty is no choice, and what names no platform is refused. */
    static String normal(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String[] parts = text.split("/", -1);
        for (String part : parts) {
            for (int i = 0; i < part.length(); i++) {
                char c = part.charAt(i);
                if (!Character.isLetterOrDigit(c) && "_.-".indexOf(c) < 0) {
                    throw problem(GoQuote.quote(part) + " is an invalid component of " + GoQuote.quote(text)
                            + ": platform specifier component must match \"^[A-Za-z0-9_.-]+$\"");
                }
            }
        }
        String alone = " " + parts[0] + " ";
        if (parts.length == 1 && !SYSTEMS.contains(alone) && !ARCHITECTURES.contains(alone)) {
            throw problem(GoQuote.quote(text) + ": unknown operating system or architecture");
        }
        if (parts.length > 3) {
            throw problem(GoQuote.quote(text) + ": cannot parse platform specifier");
        }
        if (parts.length == 1) {
            boolean system = SYSTEMS.contains(alone);
            return system ? system(parts[0]) + "/" + architecture(own(), "") : "linux/" + architecture(parts[0], "");
        }
        return system(parts[0]) + "/" + architecture(parts[1], parts.length > 2 ? parts[2] : "");
    }

    /** The platform as the object that queries carry; empty stays empty. */
    static String json(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String[] parts = normal(text).split("/", -1);
        Map<String, Object> platform = new LinkedHashMap<>();
        platform.put("architecture", parts[1]);
        platform.put("os", parts[0]);
        if (parts.length > 2) {
            platform.put("variant", parts[2]);
        }
        return Json.write(platform);
    }

    private static String own() {
        return System.getProperty("os.arch");
    }

    private static String system(String name) {
        return name.equals("macos") ? "darwin" : name.toLowerCase(Locale.ROOT);
    }

    private static String architecture(String name, String variant) {
        String number = variant.startsWith("v") ? variant.substring(1) : variant;
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "i386", "i686" -> "386";
            case "x86_64", "x86-64" -> joined("amd64", variant.equals("v1") ? "" : variant);
            case "aarch64", "arm64" -> joined("arm64", variant.isEmpty() ? "" : "v" + number);
            case "armhf" -> "arm";
            case "armel" -> "arm/v6";
            case "arm" -> joined("arm", variant.isEmpty() ? "" : "v" + number);
            default -> joined(name.toLowerCase(Locale.ROOT), variant.toLowerCase(Locale.ROOT));
        };
    }

    private static String joined(String architecture, String variant) {
        return variant.isEmpty() ? architecture : architecture + "/" + variant;
    }

    private static UsageException problem(String why) {
        return new UsageException("error parsing specified platform: " + why + ": invalid argument");
    }
}
