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
    private final Map<Inode, List<String>> names = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();

    private record Line(String text, Inode inode) {}

    private record Inode(long device, long number) {
        Inode(Stat stat) {
            this(stat.device(), stat.inode());
        }
    }

    private TreeListing() {}

    /** Lists a directory with all beneath it, sorted. */
    public static List<String> of(Path root) throws IOException {
        TreeListing listing = new TreeListing();
        listing.add(root, ".");
        return listing.lines.stream().map(listing::complete).toList();
    }

    /** With the first other name of the same file, if it has one in this tree: names elsewhere are the driver's business. */
    private String complete(Line line) {
        List<String> same = names.getOrDefault(line.inode(), List.of());
        return same.size() < 2 ? line.text() : line.text() + " same-as=" + same.get(0);
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
            names.computeIfAbsent(new Inode(stat), inode -> new ArrayList<>()).add(name);
        }
        lines.add(new Line(line.toString(), new Inode(stat)));
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
