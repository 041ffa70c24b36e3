package io.gantry.engine.files;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.tar.EntryPath;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.image.tar.TarType;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileAttributes;
import io.gantry.linux.FileContent;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.RootedDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Unpacks an archive into a directory of a tree that others may be at work on, as {@code docker cp} does: a directory merges with a
 * directory, all else replaces what has its name; symbolic links on the way are followed within the tree; whiteouts mean nothing. Attributes
 * are set by descriptors, so that nothing that is put in the way is touched. Not thread-safe.
 */
public final class TreeExtraction implements AutoCloseable {
    private static final int NEW_FILE = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
    private static final int BUFFER = 1 << 17;

    private final RootedDirectory root;
    private final String target;
    private final boolean noOverwriteDirNonDir;
    private final UnaryOperator<TarEntry> change;
    private final byte[] buffer = new byte[BUFFER];
    private final Map<String, TarEntry> directories = new LinkedHashMap<>();
    private String parentPath = "";
    private Optional<OpenDirectory> parent = Optional.empty();

    /**
     * @param target path of the directory in the tree, without symbolic links
     * @param noOverwriteDirNonDir refuse to replace a directory by something else, and the other way round
     * @param change what to make of the description of each entry, its name and kind left as they are
     */
    public TreeExtraction(
            RootedDirectory root, String target, boolean noOverwriteDirNonDir, UnaryOperator<TarEntry> change) {
        this.root = root;
        this.target = target;
        this.noOverwriteDirNonDir = noOverwriteDirNonDir;
        this.change = change;
    }

    /**
     * Unpacks all of an archive.
     *
     * @throws ImageFormatException if it is damaged, or a name leads out of the directory
     * @throws OverwriteRefusedException if something would be replaced that must not be
     * @throws KernelException if the kernel refuses; what came before stays
     */
    public void extract(InputStream archive) throws IOException {
        TarReader tar = new TarReader(archive);
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            extract(change.apply(next.get()), tar);
        }
        for (Map.Entry<String, TarEntry> directory : directories.entrySet()) {
            setTimes(directory.getKey(), directory.getValue());
        }
    }

    private void extract(TarEntry entry, TarReader tar) throws IOException {
        String path = clean(entry.name());
        if (path.isEmpty()) {
            if (entry.type() != TarType.DIRECTORY) {
                throw overwritten("directory", target, "non-directory", target);
            }
            return;
        }
        OpenDirectory directory = parentOf(path);
        String name = EntryPath.last(path);
        makeRoom(directory, name, path, entry);
        switch (entry.type()) {
            case FILE -> file(directory, name, entry, tar);
            case DIRECTORY -> directory(directory, name, path, entry);
            case SYMLINK -> {
                directory.makeSymlink(name, entry.linkName());
                directory.changeOwner(name, entry.uid(), entry.gid());
                directory.setTimes(name, seconds(entry), nanos(entry), seconds(entry), nanos(entry));
            }
            case HARD_LINK -> hardLink(directory, name, entry);
            case FIFO -> node(directory, name, FileKind.FIFO, entry);
            case CHARACTER_DEVICE -> node(directory, name, FileKind.CHARACTER_DEVICE, entry);
            case BLOCK_DEVICE -> node(directory, name, FileKind.BLOCK_DEVICE, entry);
        }
    }

    private String clean(String name) throws ImageFormatException {
        try {
            return EntryPath.clean(name);
        } catch (ImageFormatException e) {
            throw new ImageFormatException(Kind.ESCAPE, quoted(name) + " is outside of " + quoted(target), e);
        }
    }

    private void makeRoom(OpenDirectory directory, String name, String path, TarEntry entry) {
        Optional<Stat> present = directory.stat(name);
        if (present.isEmpty()) {
            return;
        }
        boolean isDirectory = present.get().kind() == FileKind.DIRECTORY;
        boolean wanted = entry.type() == TarType.DIRECTORY;
        if (noOverwriteDirNonDir && isDirectory && !wanted) {
            throw overwritten("directory", absolute(path), "non-directory", target);
        }
        if (noOverwriteDirNonDir && !isDirectory && wanted) {
            throw overwritten("non-directory", absolute(path), "directory", target);
        }
        if (!isDirectory || !wanted) {
            directory.removeTree(name);
        }
    }

    private static OverwriteRefusedException overwritten(String old, String path, String wanted, String target) {
        return new OverwriteRefusedException(
                "cannot overwrite " + old + " " + quoted(path) + " with " + wanted + " " + quoted(target));
    }

    private void file(OpenDirectory directory, String name, TarEntry entry, TarReader tar) throws IOException {
        try (Fd file = directory.open(name, NEW_FILE, 0600)) {
            for (int count = tar.read(buffer, 0, BUFFER); count >= 0; count = tar.read(buffer, 0, BUFFER)) {
                FileContent.write(file, buffer, count);
            }
            attributes(file, entry);
            FileAttributes.setTimes(file, seconds(entry), nanos(entry), seconds(entry), nanos(entry));
        }
    }

    private void directory(OpenDirectory directory, String name, String path, TarEntry entry) {
        directory.makeDirectory(name, 0700);
        try (OpenDirectory made = directory.directory(name)) {
            attributes(made.fd(), entry);
        }
        directories.put(path, entry);
    }

    private void node(OpenDirectory directory, String name, FileKind kind, TarEntry entry) {
        directory.makeNode(name, kind, 0600, DeviceNumber.of(entry.deviceMajor(), entry.deviceMinor()));
        try (Fd made = directory.open(name, OpenFlags.O_PATH, 0)) {
            attributes(made, entry);
            FileAttributes.setTimes(made, seconds(entry), nanos(entry), seconds(entry), nanos(entry));
        }
    }

    private void hardLink(OpenDirectory directory, String name, TarEntry entry) throws IOException {
        String path = clean(entry.linkName());
        Optional<OpenDirectory> found = root.findDirectory(absolute(EntryPath.parent(path)));
        if (path.isEmpty() || found.isEmpty()) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    quoted(entry.name()) + " is a hard link to " + quoted(entry.linkName()) + ", which is not there");
        }
        try (OpenDirectory from = found.get()) {
            directory.makeLink(name, from, EntryPath.last(path));
        }
    }

    /** The owner first: a change of owner takes set-uid and capabilities away. */
    private static void attributes(Fd made, TarEntry entry) {
        FileAttributes.changeOwner(made, entry.uid(), entry.gid());
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            try {
                Xattrs.of(made).set(xattr.getKey(), xattr.getValue());
            } catch (KernelException e) {
                // as with Docker: not every file system, nor every namespace of names, takes them
                if (!e.is(Errno.EOPNOTSUPP, Errno.EPERM)) {
                    throw e;
                }
            }
        }
        FileAttributes.changeMode(made, entry.mode());
    }

    /** The directory that an entry lies in, with those that are missing made. It stays open for the next entries. */
    private OpenDirectory parentOf(String path) {
        String wanted = EntryPath.parent(path);
        if (parent.isPresent() && wanted.equals(parentPath)) {
            return parent.get();
        }
        parent.ifPresent(OpenDirectory::close);
        parent = Optional.empty();
        OpenDirectory found =
                root.findDirectory(absolute(wanted)).orElseGet(() -> InRoot.makeDirectories(root, absolute(wanted)));
        parent = Optional.of(found);
        parentPath = wanted;
        return found;
    }

    private void setTimes(String path, TarEntry entry) {
        try (OpenDirectory directory = root.directory(absolute(path))) {
            FileAttributes.setTimes(directory.fd(), seconds(entry), nanos(entry), seconds(entry), nanos(entry));
        } catch (KernelException e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                throw e;
            }
        }
    }

    private String absolute(String path) {
        return target.equals("/") ? "/" + path : path.isEmpty() ? target : target + "/" + path;
    }

    /** Times before 1970 become 1970, as with Docker. */
    private static long seconds(TarEntry entry) {
        return Math.max(0, entry.mtimeSeconds());
    }

    private static int nanos(TarEntry entry) {
        return entry.mtimeSeconds() < 0 ? 0 : entry.mtimeNanos();
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    @Override
    public void close() {
        parent.ifPresent(OpenDirectory::close);
        parent = Optional.empty();
    }
}
