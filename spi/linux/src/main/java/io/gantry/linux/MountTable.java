package io.gantry.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The mounts of the calling thread's mount namespace as they were at one moment, from {@code /proc/thread-self/mountinfo}
 * ({@code proc_pid_mountinfo(5)}). Immutable. Paths asked about must be real ones: symbolic links are not resolved.
 */
public final class MountTable {
    private static final Path SOURCE = Path.of("/proc/thread-self/mountinfo");

    private final List<Entry> entries;
    private final Map<Integer, Entry> byId;

    private MountTable(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.byId = entries.stream().collect(Collectors.toUnmodifiableMap(Entry::id, Function.identity()));
    }

    /**
     * One mount. Texts are in the form of {@link KernelString}, octal escapes resolved.
     *
     * @param id unique while the mount exists
     * @param parentId the mount it lies on; its own id or an unknown one at the top
     * @param device {@link DeviceNumber} of the file system
     * @param root the part of the file system that is seen, {@code /} for all of it
     * @param mountPoint absolute path
     * @param options of this mount, such as {@code ro} or {@code nosuid}
     * @param propagation such as {@code shared:7} or {@code master:3}; empty for a private mount
     * @param type of the file system, such as {@code overlay}
     * @param source device or other name
     * @param superOptions of the file system itself
     */
    public record Entry(
            int id,
            int parentId,
            long device,
            String root,
            String mountPoint,
            List<String> options,
            List<String> propagation,
            String type,
            String source,
            List<String> superOptions) {

        public Entry {
            options = List.copyOf(options);
            propagation = List.copyOf(propagation);
            superOptions = List.copyOf(superOptions);
        }

        /** Whether the mount (not necessarily its file system) is read-only. */
        public boolean readOnly() {
            return options.contains("ro");
        }
    }

    /** Reads the calling thread's table. */
    public static MountTable read() {
        try {
            return parse(KernelString.decode(Files.readAllBytes(SOURCE)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SOURCE + "; is /proc mounted?", e);
        }
    }

    /**
     * Parses text in the form of mountinfo.
     *
     * @throws IllegalArgumentException naming the line that does not have that form
     */
    public static MountTable parse(String text) {
        // Not lines(): a carriage return may be part of a name.
        return new MountTable(Arrays.stream(text.split("\n"))
                .filter(line -> !line.isEmpty())
                .map(MountTable::entry)
                .toList());
    }

    /** All mounts, in the kernel's order. */
    public List<Entry> entries() {
        return entries;
    }

    /** The topmost mount at exactly this path. */
    public Optional<Entry> at(Path path) {
        String wanted = absolute(path);
        return entries.stream()
                .filter(entry -> entry.mountPoint().equals(wanted))
                .max(Comparator.comparingInt(this::depth));
    }

    /** The mount on which a path lies, those hidden by others left aside. */
    public Optional<Entry> covering(Path path) {
        String wanted = absolute(path);
        Optional<Entry> found = coveringChild(wanted, entry -> !byId.containsKey(entry.parentId()));
        for (Optional<Entry> next = found; next.isPresent(); ) {
            found = next;
            int parent = next.get().id();
            next = coveringChild(wanted, entry -> entry.parentId() == parent && entry.id() != parent);
        }
        return found;
    }

    /** Mounts at this path and beneath it, each behind those it lies on: unmounting from last to first works. */
    public List<Entry> beneath(Path path) {
        String wanted = absolute(path);
        return entries.stream()
                .filter(entry -> isWithin(entry.mountPoint(), wanted))
                .sorted(Comparator.comparingInt(this::depth))
                .toList();
    }

    /** Of mounts side by side on one parent, the one nearest to the root hides those deeper within it. */
    private Optional<Entry> coveringChild(String path, Predicate<Entry> child) {
        return entries.stream()
                .filter(child)
                .filter(entry -> isWithin(path, entry.mountPoint()))
                .min(Comparator.comparingInt(entry -> entry.mountPoint().length()));
    }

    private int depth(Entry entry) {
        int depth = 0;
        Entry current = entry;
        while (current != null && depth <= entries.size()) {
            current = byId.get(current.parentId());
            depth++;
        }
        return depth;
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    private static boolean isWithin(String path, String directory) {
        return directory.equals("/")
                || (path.startsWith(directory)
                        && (path.length() == directory.length() || path.charAt(directory.length()) == '/'));
    }

    /** {@code 36 35 98:0 /root /point rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue}. */
    private static Entry entry(String line) {
        List<String> fields = List.of(line.split(" ", -1));
        int separator = fields.indexOf("-");
        if (separator < 6 || fields.size() < separator + 4) {
            throw new IllegalArgumentException("not a line of mountinfo: " + line);
        }
        try {
            return new Entry(
                    Integer.parseInt(fields.get(0)),
                    Integer.parseInt(fields.get(1)),
                    device(fields.get(2)),
                    unescape(fields.get(3)),
                    unescape(fields.get(4)),
                    list(fields.get(5)),
                    fields.subList(6, separator),
                    unescape(fields.get(separator + 1)),
                    unescape(fields.get(separator + 2)),
                    list(fields.get(separator + 3)));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not a line of mountinfo: " + line, e);
        }
    }

    private static long device(String text) {
        int colon = text.indexOf(':');
        return DeviceNumber.of(Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    private static List<String> list(String text) {
        List<String> result = new ArrayList<>();
        for (String option : text.split(",", -1)) {
            result.add(unescape(option));
        }
        return result;
    }

    /** The kernel writes space, tab, newline, backslash and the like as a backslash and three octal digits. */
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 3 < text.length() && isOctal(text, i + 1)) {
                result.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                result.append(c);
            }
        }
        return result.toString();
    }

    private static boolean isOctal(String text, int start) {
        for (int i = start; i < start + 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }
}
