package io.gantry.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the running kernel is and can do, as {@code /proc} and {@code /sys} tell. Thread-safe; nothing is cached. */
public final class Kernel {
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    private Kernel() {}

    /**
     * A kernel release, ordered by major and minor number. Distributions bring newer features to older numbers: to decide
     * whether something works, try it.
     *
     * @param text as {@code uname -r} prints it, such as {@code 6.1.0-13-amd64}
     */
    public record Release(int major, int minor, String text) {
        /** Reads the numbers off the front of a release. */
        public static Release parse(String text) {
            Matcher matcher = RELEASE.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not a kernel release: " + text);
            }
            return new Release(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), text);
        }

        /** Whether this is that release or a later one. */
        public boolean isAtLeast(int otherMajor, int otherMinor) {
            return major > otherMajor || (major == otherMajor && minor >= otherMinor);
        }
    }

    /** The running kernel's release. */
    public static Release release() {
        return Release.parse(required(Path.of("/proc/sys/kernel/osrelease")).strip());
    }

    /**
     * Whether a file system type is registered now. One built as a module may be missing here and still be loaded by the
     * first mount.
     */
    public static boolean hasFileSystem(String type) {
        return required(Path.of("/proc/filesystems"))
                .lines()
                .map(line -> line.substring(line.indexOf('\t') + 1))
                .anyMatch(type::equals);
    }

    /** A parameter of a module or built-in part, such as {@code metacopy} of {@code overlay}; empty when there is none. */
    public static Optional<String> moduleParameter(String module, String parameter) {
        return content(Path.of("/sys/module", module, "parameters", parameter)).map(String::strip);
    }

    /** A kernel setting by its dotted name, such as {@code net.ipv4.ip_forward}; empty when there is none. */
    public static Optional<String> setting(String name) {
        return content(settingPath(name)).map(String::strip);
    }

    /**
     * Changes a kernel setting.
     *
     * @throws IOException if there is no such setting or it takes no such value
     */
    public static void changeSetting(String name, String value) throws IOException {
        Files.writeString(settingPath(name), value);
    }

    /** The privileges that the calling thread has in effect. */
    public static Set<Capability> capabilities() {
        return capabilities("CapEff");
    }

    /** The privileges that programs started from here can ever have. */
    public static Set<Capability> boundingCapabilities() {
        return capabilities("CapBnd");
    }

    private static Set<Capability> capabilities(String field) {
        String status = required(Path.of("/proc/thread-self/status"));
        String line = status.lines()
                .filter(candidate -> candidate.startsWith(field + ":"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + field + " in /proc/thread-self/status"));
        long bits = Long.parseUnsignedLong(line.substring(field.length() + 1).strip(), 16);
        Set<Capability> result = EnumSet.noneOf(Capability.class);
        Capability[] all = Capability.values();
        for (int number = 0; number < all.length; number++) {
            if ((bits >>> number & 1) != 0) {
                result.add(all[number]);
            }
        }
        return result;
    }

    /** Slashes and dots are swapped within a part, as {@code sysctl(8)} does, for interface names with dots. */
    private static Path settingPath(String name) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            path.append(c == '.' ? '/' : c == '/' ? '.' : c);
        }
        Path result = Path.of("/proc/sys", path.toString());
        if (List.of(path.toString().split("/")).contains("..") || name.isEmpty()) {
            throw new IllegalArgumentException("not the name of a kernel setting: " + name);
        }
        return result;
    }

    private static String required(Path file) {
        return content(file).orElseThrow(() -> new IllegalStateException(file + " is missing; is /proc mounted?"));
    }

    private static Optional<String> content(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
