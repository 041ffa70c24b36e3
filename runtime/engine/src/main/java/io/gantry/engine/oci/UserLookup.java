package io.gantry.engine.oci;

import io.gantry.engine.EngineException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.RootedDirectory;
import io.gantry.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds users and groups in a container's own {@code /etc/passwd} and {@code /etc/group}. The files are the image's, so not
 * to be trusted: links are followed within the root only, and nothing but a regular file of sane size is read.
 */
public final class UserLookup {
    private static final long LARGEST = 16L << 20;
    private static final String RANGE = "uids and gids must be in range 0-2147483647";

    private final List<String[]> users;
    private final List<String[]> groups;

    private UserLookup(List<String[]> users, List<String[]> groups) {
        this.users = users;
        this.groups = groups;
    }

    /** Reads both files; a missing one counts as empty. */
    public static UserLookup in(Path rootfs) {
        try (RootedDirectory root = RootedDirectory.open(rootfs)) {
            return new UserLookup(entries(root, "/etc/passwd", 4), entries(root, "/etc/group", 3));
        }
    }

    /**
     * A user as {@code docker run --user} takes it. Without a group it gets its own groups; one that only a number tells
     * need not exist.
     *
     * @param spec {@code user[:group]}, empty for root
     * @param further names or numbers of further groups
     * @throws EngineException if a name is not there
     */
    public ContainerUser find(String spec, List<String> further) {
        int colon = spec.indexOf(':');
        String user = colon < 0 ? spec : spec.substring(0, colon);
        String group = colon < 0 ? "" : spec.substring(colon + 1);
        String wanted = user.isEmpty() ? "0" : user;
        Optional<String[]> entry = user(wanted);
        int uid = entry.map(fields -> Integer.parseInt(fields[2]))
                .orElseGet(() -> number(wanted)
                        .orElseThrow(() ->
                                invalid("unable to find user " + wanted + ": no matching entries in passwd file")));
        int gid = group.isEmpty()
                ? entry.map(fields -> Integer.parseInt(fields[3])).orElse(0)
                : group(group);
        Set<Integer> all = new LinkedHashSet<>(List.of(gid));
        if (group.isEmpty()) {
            entry.ifPresent(fields -> all.addAll(memberships(fields[0])));
        }
        further.forEach(name -> all.add(group(name)));
        return new ContainerUser(uid, gid, List.copyOf(all));
    }

    private Optional<String[]> user(String wanted) {
        OptionalInt number = parse(wanted);
        return users.stream()
                .filter(fields -> number.isPresent()
                        ? parse(fields[2]).equals(number)
                        : fields[0].equals(wanted) && parse(fields[2]).isPresent())
                .filter(fields -> parse(fields[3]).isPresent())
                .findFirst();
    }

    private int group(String wanted) {
        Optional<Integer> number = number(wanted);
        return number.orElseGet(() -> groups.stream()
                .filter(fields -> fields[0].equals(wanted) && parse(fields[2]).isPresent())
                .map(fields -> Integer.parseInt(fields[2]))
                .findFirst()
                .orElseThrow(() -> invalid("unable to find group " + wanted + ": no matching entries in group file")));
    }

    private List<Integer> memberships(String user) {
        return groups.stream()
                .filter(fields ->
                        fields.length > 3 && List.of(fields[3].split(",")).contains(user))
                .filter(fields -> parse(fields[2]).isPresent())
                .map(fields -> Integer.parseInt(fields[2]))
                .toList();
    }

    /** A number within range; empty for a name. */
    private static Optional<Integer> number(String text) {
        if (!text.matches("-?[0-9]+")) {
            return Optional.empty();
        }
        OptionalInt value = parse(text);
        if (value.isEmpty()) {
            throw invalid(RANGE);
        }
        return Optional.of(value.getAsInt());
    }

    private static OptionalInt parse(String text) {
        try {
            int value = Integer.parseInt(text);
            return value < 0 ? OptionalInt.empty() : OptionalInt.of(value);
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static List<String[]> entries(RootedDirectory root, String path, int fields) {
        try (Fd file = root.open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
            Stat stat = Stat.of(file);
            if (stat.kind() != FileKind.REGULAR || stat.size() > LARGEST) {
                throw invalid("cannot look up users: " + path + " of the container is not a regular file of at most "
                        + LARGEST + " bytes");
            }
            List<String[]> entries = new ArrayList<>();
            try (Stream<String> lines = Files.lines(file.path(), StandardCharsets.ISO_8859_1)) {
                lines.map(line -> line.strip().split(":", -1))
                        .filter(line -> line.length >= fields && !line[0].startsWith("#"))
                        .forEach(entries::add);
            }
            return entries;
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return List.of();
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + " of the container", e);
        }
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }
}
