package io.gantry.server.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Facts of the machine, read from {@code /proc} and {@code /etc}; what cannot be read is empty or zero. */
final class Host {
    private Host() {}

    static String kernel() {
        return text(Path.of("/proc/sys/kernel/osrelease"));
    }

    static String name() {
        return text(Path.of("/proc/sys/kernel/hostname"));
    }

    static String operatingSystem() {
        String name = osRelease("PRETTY_NAME");
        return name.isEmpty() ? "linux" : name;
    }

    static String osVersion() {
        return osRelease("VERSION_ID");
    }

    private static String osRelease(String key) {
        return lines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1).replace("\"", "").replace("'", ""))
                .findFirst()
                .orElse("");
    }

    static long memory() {
        return lines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(number -> Long.parseLong(number) * 1024)
                .findFirst()
                .orElse(0);
    }

    static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** As the kernel names it: {@code x86_64}, {@code aarch64}. */
    static String machine() {
        return architecture().equals("amd64") ? "x86_64" : architecture().equals("arm64") ? "aarch64" : architecture();
    }

    /** As Go names it: {@code amd64}, {@code arm64}. */
    static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
    }

    /** Descriptors that this process has open. */
    static int openFiles() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        return names == null ? 0 : names.length;
    }

    private static String text(Path file) {
        return String.join("\n", lines(file)).trim();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }
}
