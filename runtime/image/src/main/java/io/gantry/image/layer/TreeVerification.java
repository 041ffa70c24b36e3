package io.gantry.image.layer;

import io.gantry.image.Digest;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarType;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.Fd;
import io.gantry.linux.FileContent;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Compares a tree on disk with what its layers say. */
public final class TreeVerification {
    /** Times that a file system cannot keep are kept as its latest. */
    private static final long END_OF_32_BIT_TIME = Integer.MAX_VALUE;

    private final ExpectedTree expected;
    private final Contents contents;
    private final Predicate<String> ignored;
    private final List<TreeDifference> found = new ArrayList<>();
    private final Map<Long, byte[]> hashes = new HashMap<>();
    private final byte[] buffer = new byte[1 << 17];

    /** Of which files the content is read. */
    public enum Contents {
        /** Of those that came with the topmost layer. */
        TOPMOST_LAYER,
        /** Of all. */
        ALL
    }

    private TreeVerification(ExpectedTree expected, Contents contents, Predicate<String> ignored) {
        this.expected = expected;
        this.contents = contents;
        this.ignored = ignored;
    }

    /**
     * Compares kind, owner, mode, time of last change, size, link target, device number and extended attributes of everything, and contents. The root is compared as far as drivers can keep
     * it: not its time.
     *
     * @param actual the root of a tree that nobody changes meanwhile
     * @param ignored paths that are passed over, with all beneath them
     * @return what differs, in order of paths; what cannot be read differs
     */
    public static List<TreeDifference> compare(
            ExpectedTree expected, OpenDirectory actual, Contents contents, Predicate<String> ignored) {
        TreeVerification verification = new TreeVerification(expected, contents, ignored);
        verification.root(actual);
        return List.copyOf(verification.found);
    }

    private void root(OpenDirectory actual) {
        try {
            Stat stat = actual.stat();
            TarEntry header = expected.root().header();
            boolean plain = header.mode() == 0755 && header.uid() == 0 && header.gid() == 0;
            // A plain root takes after the one beneath in drivers that keep layers apart.
            if (!plain && !ignored.test("/")) {
                attributes(header, stat).ifPresent(detail -> found.add(new TreeDifference("/", detail)));
            }
        } catch (KernelException e) {
            found.add(new TreeDifference("/", unreadable(e)));
        }
        walk(actual);
    }

    /** A directory whose entries are being compared. */
    private static final class Frame {
        private final String path;
        private final OpenDirectory actual;
        private final ExpectedEntry expected;
        private final Iterator<String> names;

        Frame(String path, ExpectedEntry expected, OpenDirectory actual, Iterator<String> names) {
            this.path = path;
            this.actual = actual;
            this.expected = expected;
            this.names = names;
        }
    }

    /** Without recursion: directories may lie thousands deep. */
    private void walk(OpenDirectory top) {
        Deque<Frame> frames = new ArrayDeque<>();
        try {
            frame("", expected.root(), top).ifPresent(frames::push);
            while (!frames.isEmpty()) {
                Frame frame = frames.peek();
                if (frame.names.hasNext()) {
                    next(frame, frame.names.next()).ifPresent(frames::push);
                } else {
                    close(frames.pop(), top);
                }
            }
        } finally {
            frames.forEach(frame -> close(frame, top));
        }
    }

    private static void close(Frame frame, OpenDirectory top) {
        if (!frame.actual.equals(top)) {
            frame.actual.close();
        }
    }

    private Optional<Frame> frame(String path, ExpectedEntry directory, OpenDirectory actual) {
        Set<String> names = new TreeSet<>(directory.names());
        try {
            for (DirectoryEntry entry : actual.list()) {
                names.add(entry.name());
            }
            return Optional.of(new Frame(path, directory, actual, names.iterator()));
        } catch (KernelException e) {
            found.add(new TreeDifference(path.isEmpty() ? "/" : path, unreadable(e)));
            return Optional.empty();
        }
    }

    private Optional<Frame> next(Frame in, String name) {
        String path = in.path + "/" + name;
        ExpectedEntry child = in.expected.child(name);
        if (ignored.test(path)) {
            return Optional.empty();
        }
        if (child == null) {
            found.add(new TreeDifference(path, "is there, but in no layer"));
            return Optional.empty();
        }
        try {
            return child.isAmbiguous() ? Optional.empty() : entry(path, name, child, in.actual);
        } catch (KernelException e) {
            found.add(new TreeDifference(path, unreadable(e)));
            return Optional.empty();
        }
    }

    private Optional<Frame> entry(String path, String name, ExpectedEntry child, OpenDirectory in) {
        Optional<Stat> stat = in.stat(name);
        Optional<String> difference =
                stat.isEmpty() ? Optional.of("is missing") : difference(name, child, in, stat.get());
        difference.ifPresent(detail -> found.add(new TreeDifference(path, detail)));
        boolean directory = child.isDirectory()
                && stat.filter(it -> it.kind() == FileKind.DIRECTORY).isPresent();
        if (!directory) {
            return Optional.empty();
        }
        OpenDirectory below = in.directory(name);
        Optional<Frame> frame = frame(path, child, below);
        if (frame.isEmpty()) {
            below.close();
        }
        return frame;
    }

    private static String unreadable(KernelException e) {
        return "cannot be read: " + e.getMessage();
    }

    private Optional<String> difference(String name, ExpectedEntry child, OpenDirectory in, Stat stat) {
        TarEntry header = child.header();
        Optional<String> attributes = attributes(header, stat);
        if (attributes.isPresent()) {
            return attributes;
        }
        if (child.isTimeKnown() && !sameTime(header, stat)) {
            return Optional.of(
                    "was changed at " + stat.mtime() + ", not at " + at(header.mtimeSeconds(), header.mtimeNanos()));
        }
        if (header.type() == TarType.SYMLINK && !in.readLink(name).equals(header.linkName())) {
            return Optional.of("leads to \"" + in.readLink(name) + "\", not to \"" + header.linkName() + "\"");
        }
        Optional<String> xattrs = xattrs(header, Xattrs.of(in, name));
        if (xattrs.isPresent()) {
            return xattrs;
        }
        boolean read = contents == Contents.ALL || child.layer() == expected.layers();
        if (header.type() == TarType.FILE && read && !Arrays.equals(child.hash(), hash(in, name, stat))) {
            return Optional.of("has another content");
        }
        return Optional.empty();
    }

    private static String at(long seconds, int nanos) {
        return java.time.Instant.ofEpochSecond(seconds, nanos).toString();
    }

    private static Optional<String> attributes(TarEntry header, Stat stat) {
        FileKind kind = kind(header.type());
        if (stat.kind() != kind) {
            return Optional.of("is " + word(stat.kind()) + ", not " + word(kind));
        }
        if (stat.uid() != header.uid() || stat.gid() != header.gid()) {
            return Optional.of(
                    "belongs to " + stat.uid() + ":" + stat.gid() + ", not to " + header.uid() + ":" + header.gid());
        }
        if (kind != FileKind.SYMLINK && stat.mode() != header.mode()) {
            return Optional.of(String.format("has mode %04o, not %04o", stat.mode(), header.mode()));
        }
        if (kind == FileKind.REGULAR && stat.size() != header.size()) {
            return Optional.of("has " + stat.size() + " bytes, not " + header.size());
        }
        boolean device = kind == FileKind.BLOCK_DEVICE || kind == FileKind.CHARACTER_DEVICE;
        if (device && stat.rdevice() != DeviceNumber.of(header.deviceMajor(), header.deviceMinor())) {
            return Optional.of("is the device " + DeviceNumber.major(stat.rdevice()) + ":"
                    + DeviceNumber.minor(stat.rdevice()) + ", not " + header.deviceMajor() + ":"
                    + header.deviceMinor());
        }
        return Optional.empty();
    }

    private static FileKind kind(TarType type) {
        return switch (type) {
            case FILE, HARD_LINK -> FileKind.REGULAR;
            case SYMLINK -> FileKind.SYMLINK;
            case CHARACTER_DEVICE -> FileKind.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> FileKind.BLOCK_DEVICE;
            case DIRECTORY -> FileKind.DIRECTORY;
            case FIFO -> FileKind.FIFO;
        };
    }

    private static String word(FileKind kind) {
        return switch (kind) {
            case REGULAR -> "a file";
            case DIRECTORY -> "a directory";
            case SYMLINK -> "a symbolic link";
            case CHARACTER_DEVICE -> "a character device";
            case BLOCK_DEVICE -> "a block device";
            case FIFO -> "a FIFO";
            case SOCKET -> "a socket";
            case UNKNOWN -> "of unknown kind";
        };
    }

    private static boolean sameTime(TarEntry header, Stat stat) {
        if (header.mtimeSeconds() >= END_OF_32_BIT_TIME) {
            return stat.mtimeSeconds() <= header.mtimeSeconds() && stat.mtimeSeconds() >= END_OF_32_BIT_TIME;
        }
        return stat.mtimeSeconds() == header.mtimeSeconds()
                && (stat.mtimeNanos() == header.mtimeNanos() || stat.mtimeNanos() == 0);
    }

    /** A directory keeps attributes that an earlier layer gave it in some drivers and not in others. */
    private static Optional<String> xattrs(TarEntry header, Xattrs actual) {
        for (Map.Entry<String, byte[]> wanted : header.xattrs().entrySet()) {
            if (isKept(wanted.getKey(), header.type())) {
                Optional<byte[]> value = actual.value(wanted.getKey());
                if (value.isEmpty()) {
                    return Optional.of("lacks the extended attribute " + wanted.getKey());
                }
                if (!isAcl(wanted.getKey()) && !Arrays.equals(value.get(), wanted.getValue())) {
                    return Optional.of("has another value of the extended attribute " + wanted.getKey());
                }
            }
        }
        if (header.type() == TarType.DIRECTORY) {
            return Optional.empty();
        }
        return actual.names().stream()
                .filter(name -> isKept(name, header.type()) && !isAcl(name))
                .filter(name -> !header.xattrs().containsKey(name))
                .sorted()
                .findFirst()
                .map(name -> "has the extended attribute " + name + ", which is in no layer");
    }

    /** Labels, measurements and properties are the machine's; those of overlayfs its own; links and devices bear none of the user's. */
    private static boolean isKept(String name, TarType type) {
        boolean machine = name.equals("security.selinux")
                || name.equals("security.ima")
                || name.equals("security.evm")
                || name.startsWith("btrfs.");
        boolean refused = name.startsWith("user.") && type != TarType.FILE && type != TarType.DIRECTORY;
        return !machine && !refused && !OverlayNames.isOverlay(name);
    }

    /** The kernel keeps an ACL and a mode in step, so that its value may become another. */
    private static boolean isAcl(String name) {
        return name.startsWith("system.posix_acl_");
    }

    private byte[] hash(OpenDirectory in, String name, Stat stat) {
        if (stat.links() > 1 && hashes.containsKey(stat.inode())) {
            return hashes.get(stat.inode());
        }
        MessageDigest hash = Digest.sha256();
        try (Fd file = in.open(name, OpenFlags.O_RDONLY, 0)) {
            for (int count = FileContent.read(file, buffer); count > 0; count = FileContent.read(file, buffer)) {
                hash.update(buffer, 0, count);
            }
        }
        byte[] value = hash.digest();
        if (stat.links() > 1) {
            hashes.put(stat.inode(), value);
        }
        return value;
    }
}
