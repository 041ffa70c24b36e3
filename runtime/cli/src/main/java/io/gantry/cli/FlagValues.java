package io.gantry.cli;

import java.util.List;
import java.util.Locale;

/** The rules for the values of flags; a value that breaks one is an {@link IllegalArgumentException} in Docker's words. */
final class FlagValues {
    private FlagValues() {}

    /** {@code check} is the name in the table of flags; a name that has no rule allows every text. */
    static void check(String check, String value) {
        switch (check) {
            case "" -> GoBoolean.parse(value);
            case "int" -> GoInteger.parse(value);
            case "uint" -> GoInteger.unsigned(value, 64);
            case "uint16" -> GoInteger.unsigned(value, 16);
            case "bytes" -> HumanUnits.bytes(value);
            case "memory-swap" -> {
                if (!value.equals("-1")) {
                    HumanUnits.bytes(value);
                }
            }
            case "duration" -> GoDuration.parse(value);
            case "decimal" -> ResourceFlags.nanoCpus(value);
            case "filter" -> {
                if (!value.isEmpty() && value.indexOf('=') < 0) {
                    throw new IllegalArgumentException("bad format of filter (expected name=value)");
                }
            }
            case "ulimit" -> ResourceFlags.ulimit(value);
            case "weight-device" -> ResourceFlags.weight(value);
            case "bps-device" -> ResourceFlags.bytesPerSecond(value);
            case "iops-device" -> ResourceFlags.operationsPerSecond(value);
            case "device-rule" -> deviceRule(value);
            case "mount" -> MountFlags.mount(value);
            case "network" -> NetworkFlags.attachment(value);
            default -> names(check, value);
        }
    }

    private static void names(String check, String value) {
        switch (check) {
            case "attach" -> {
                if (!List.of("stdin", "stdout", "stderr").contains(value.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException("valid streams are STDIN, STDOUT and STDERR");
                }
            }
            case "env" -> {
                if (value.isEmpty() || value.charAt(0) == '=') {
                    throw new IllegalArgumentException("invalid environment variable: " + value);
                }
            }
            case "label" -> label(value);
            case "sysctl" -> sysctl(value);
            case "link" -> {
                if (value.isEmpty()) {
                    throw new IllegalArgumentException("empty string specified for links");
                }
                if (value.indexOf(':') != value.lastIndexOf(':')) {
                    throw new IllegalArgumentException("bad format for links: " + value);
                }
            }
            case "address" -> address(value);
            case "domain" -> domain(value);
            case "host" -> NetworkFlags.hostLine(value);
            case "gpus" -> DeviceRequests.gpus(value);
            default -> {
                // any text will do
            }
        }
    }

    private static void label(String value) {
        int equals = value.indexOf('=');
        String key = (equals < 0 ? value : value.substring(0, equals)).stripLeading();
        if (key.isEmpty()) {
            throw new IllegalArgumentException("invalid label '" + value + "': empty name");
        }
        if (key.indexOf(' ') >= 0 || key.indexOf('\t') >= 0) {
            throw new IllegalArgumentException("label '" + key + "' contains whitespaces");
        }
    }

    private static void sysctl(String value) {
        int equals = value.indexOf('=');
        String key = equals < 0 ? "" : value.substring(0, equals);
        boolean known = switch (key) {
            case "kernel.msgmax",
                    "kernel.msgmnb",
                    "kernel.msgmni",
                    "kernel.sem",
                    "kernel.shmall",
                    "kernel.shmmax",
                    "kernel.shmmni",
                    "kernel.shm_rmid_forced" -> true;
            default -> key.startsWith("net.") || key.startsWith("fs.mqueue.");
        };
        if (!known) {
            throw new IllegalArgumentException("sysctl '" + value + "' is not allowed");
        }
    }

    /** The address in its canonical form. */
    static String address(String value) {
        return IpAddress.parse(value.trim())
                .orElseThrow(() -> new IllegalArgumentException("IP address is not correctly formatted: " + value))
                .toString();
    }

    /** A search domain without the dot at its end; a dot alone stands for none. */
    static String domain(String value) {
        String name = value.strip();
        if (name.equals(".")) {
            return name;
        }
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean letters = false;
        boolean valid = !plain.isEmpty() && plain.length() < 255;
        char before = '.';
        for (int i = 0; i < plain.length() && valid; i++) {
            char c = plain.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean inner = (c == '-' && before != '.') || (c == '.' && before != '.' && before != '-');
            letters |= letter;
            valid = letter || (c >= '0' && c <= '9') || inner;
            before = c;
        }
        if (!valid || !letters || before == '-' || before == '.') {
            throw new IllegalArgumentException(value + " is not a valid domain");
        }
        return plain;
    }

    /** {@code a|b|c major:minor rights}, numbers or {@code *}. */
    private static void deviceRule(String value) {
        String[] words = value.split(" ", -1);
        boolean valid = words.length == 3
                && List.of("a", "b", "c").contains(words[0])
                && words[2].length() > 0
                && words[2].length() < 4
                && words[2].chars().allMatch(c -> "rwm".indexOf(c) >= 0);
        String[] numbers = valid ? words[1].split(":", -1) : new String[0];
        valid &= numbers.length == 2;
        for (String number : numbers) {
            boolean digits = !number.isEmpty() && number.chars().allMatch(c -> c >= '0' && c <= '9');
            valid &= digits || number.equals("*");
        }
        if (!valid) {
            throw new IllegalArgumentException("invalid device cgroup format '" + value + "'");
        }
    }
}
