package io.gantry.tck.storage;

import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A tree as text, a line for each entry with all that a layer must keep of it; two trees are equal if their listings are. Access times are left out. */
public final class TreeListing {
    private final Map<Long, String> seen = new HashMap<>();
    private final List<String> lines = new ArrayList<>();

    private TreeListing() {}

    /** Lists a directory with all beneath it, sorted. */
    public static List<String> of(Path root) throws IOException {
        TreeListing listing = new TreeListing();
        listing.add(root, ".");
        return List.copyOf(listing.lines);
    }

    private void add(Path path, String name) throws IOException {
        Stat stat = Stat.of(path).orElseThrow();
        StringBuilder line = new StringBuilder(name)
                .append(' ')
                .append(stat.kind())
                .append(' ')
                .append(Integer.toOctalString(stat.mode()))
                .append(' ')
                .append(stat.uid())
                .append(':')
                .append(stat.gid())
                .append(" mtime=")
                .append(stat.mtimeSeconds())
                .append('.')
                .append(stat.mtimeNanos());
        switch (stat.kind()) {
            case REGULAR ->
                line.append(" content=")
                        .append(Arrays.hashCode(Files.readAllBytes(path)))
                        .append('/')
                        .append(stat.size());
            case SYMLINK -> line.append(" -> ").append(Files.readSymbolicLink(path));
            case CHARACTER_DEVICE, BLOCK_DEVICE -> line.append(" device=").append(stat.rdevice());
            default -> {}
        }
        for (String attribute : Xattrs.of(path).names().stream().sorted().toList()) {
            if (!attribute.startsWith("trusted.overlay.")) {
                byte[] value = Xattrs.of(path).value(attribute).orElse(new byte[0]);
                line.append(' ').append(attribute).append('=').append(Arrays.toString(value));
            }
        }
        if (stat.links() > 1 && stat.kind() != io.gantry.linux.FileKind.DIRECTORY) {
            line.append(" same-as=").append(seen.computeIfAbsent(stat.inode(), inode -> name));
        }
        lines.add(line.toString());
        if (stat.kind() == io.gantry.linux.FileKind.DIRECTORY) {
            List<String> entries;
            try (OpenDirectory directory = OpenDirectory.open(path)) {
                entries = directory.list().stream()
                        .map(entry -> entry.name())
                        .sorted()
                        .toList();
            }
            for (String entry : entries) {
                add(path.resolve(entry), name + "/" + entry);
            }
        }
    }
}
