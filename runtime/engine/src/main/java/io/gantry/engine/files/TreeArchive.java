package io.gantry.engine.files;

import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarType;
import io.gantry.image.tar.TarWriter;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileContent;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.KernelString;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes files as Docker's archives have them: in the order of their names, times in whole seconds, of the extended attributes only {@code
 * security.capability}, sockets left out, and later names of one file as hard links. The tree may change meanwhile: what is gone is left
 * out, what shrinks is filled up with zeros. Closing it ends the archive, not the stream. Not thread-safe.
 */
public final class TreeArchive implements AutoCloseable {
    private static final String CAPABILITY = "security.capability";
    private static final int LONGEST_PATH = 4095;
    private static final int BUFFER = 1 << 17;

    private final TarWriter tar;
    private final Map<FileId, String> linked = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER];

    /** Writes to a stream. */
    public TreeArchive(OutputStream out) {
        this.tar = new TarWriter(new BufferedOutputStream(out, BUFFER));
    }

    private record FileId(long device, long inode) {}

    /** All that is in a directory, by names relative to it. */
    public void content(OpenDirectory directory) throws IOException {
        content(directory, "");
    }

    /**
     * A directory with all that is in it.
     *
     * @param name what to call it; {@code /} and {@code .} are names as well
     */
    public void directory(OpenDirectory directory, String name) throws IOException {
        String prefix = name.equals("/") ? "/" : name + "/";
        tar.entry(described(prefix, TarType.DIRECTORY, "", directory.stat()));
        content(directory, prefix);
    }

    /** What has a name in a directory, with all that is in it if it is a directory itself. Symbolic links are not followed. */
    public void entry(OpenDirectory parent, String entry, String name) throws IOException {
        Optional<Stat> found = parent.stat(entry);
        if (found.isEmpty()) {
            return;
        }
        Stat stat = found.get();
        switch (stat.kind()) {
            case REGULAR -> file(parent, entry, name);
            case DIRECTORY -> subdirectory(parent, entry, name);
            case SYMLINK -> symlink(parent, entry, name, stat);
            case FIFO -> tar.entry(described(name, TarType.FIFO, "", stat));
            case CHARACTER_DEVICE -> tar.entry(device(name, TarType.CHARACTER_DEVICE, stat));
            case BLOCK_DEVICE -> tar.entry(device(name, TarType.BLOCK_DEVICE, stat));
            case SOCKET, UNKNOWN -> {
                // no archive can hold one
            }
        }
    }

    private void content(OpenDirectory directory, String prefix) throws IOException {
        if (KernelString.encode(prefix).length > LONGEST_PATH) {
            throw new IOException("file name too long: " + prefix.substring(0, 60) + "…");
        }
        for (String entry : TreeComparison.names(directory)) {
            entry(directory, entry, prefix + entry);
        }
    }

    private void subdirectory(OpenDirectory parent, String entry, String name) throws IOException {
        Optional<OpenDirectory> found = Optional.empty();
        try {
            found = Optional.of(parent.directory(entry));
        } catch (KernelException e) {
            ignoreIfReplaced(e);
        }
        if (found.isPresent()) {
            try (OpenDirectory directory = found.get()) {
                directory(directory, name);
            }
        }
    }

    private void symlink(OpenDirectory parent, String entry, String name, Stat stat) throws IOException {
        try {
            tar.entry(described(name, TarType.SYMLINK, parent.readLink(entry), stat));
        } catch (KernelException e) {
            ignoreIfReplaced(e);
        }
    }

    /** It is opened only when it is certain that it is a file: to open something else could hang, or do something. */
    private void file(OpenDirectory parent, String entry, String name) throws IOException {
        try (Fd found = parent.open(entry, OpenFlags.O_PATH, 0)) {
            Stat stat = Stat.of(found);
            if (stat.kind() != FileKind.REGULAR) {
                return;
            }
            String first = stat.links() > 1 ? linked.putIfAbsent(new FileId(stat.device(), stat.inode()), name) : null;
            if (first != null) {
                tar.entry(described(name, TarType.HARD_LINK, first, stat));
                return;
            }
            try (Fd content = Fd.open(found.path(), OpenFlags.O_RDONLY)) {
                file(content, name, stat);
            }
        } catch (KernelException e) {
            ignoreIfReplaced(e);
        }
    }

    private void file(Fd content, String name, Stat stat) throws IOException {
        TarEntry entry = described(name, TarType.FILE, "", stat).withSize(stat.size());
        Optional<byte[]> capability = capability(content);
        tar.entry(capability.isPresent() ? entry.withXattrs(Map.of(CAPABILITY, capability.get())) : entry);
        long left = stat.size();
        while (left > 0) {
            int count = FileContent.read(content, buffer);
            if (count == 0) {
                java.util.Arrays.fill(buffer, (byte) 0);
                count = buffer.length;
            }
            int wanted = (int) Math.min(left, count);
            tar.write(buffer, 0, wanted);
            left -= wanted;
        }
    }

    private static Optional<byte[]> capability(Fd file) {
        try {
            return Xattrs.of(file).value(CAPABILITY);
        } catch (KernelException e) {
            if (e.is(Errno.EOPNOTSUPP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static TarEntry device(String name, TarType type, Stat stat) {
        return described(name, type, "", stat)
                .withDevice(DeviceNumber.major(stat.rdevice()), DeviceNumber.minor(stat.rdevice()));
    }

    private static TarEntry described(String name, TarType type, String link, Stat stat) {
        return TarEntry.of(name, type, link, stat.mode())
                .withOwner(stat.uid(), stat.gid())
                .withTime(stat.mtimeSeconds(), 0);
    }

    /** Somebody removed it, or put something else in its place. */
    private static void ignoreIfReplaced(KernelException e) {
        if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EINVAL)) {
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
