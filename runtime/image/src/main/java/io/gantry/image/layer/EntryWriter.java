package io.gantry.image.layer;

import io.gantry.image.tar.EntryPath;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.image.tar.TarType;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileAttributes;
import io.gantry.linux.FileContent;
import io.gantry.linux.FileData;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes single entries. The order matters: data, owner, extended attributes (a change of owner drops {@code security.capability}), mode (it
 * drops set-uid as well), times; those of directories last of all.
 */
final class EntryWriter implements UpperTree.ImpliedDirectories {
    private static final int NEW_FILE = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
    private static final int BUFFER = 1 << 17;
    private static final int MOST_WARNINGS = 20;

    private final WhiteoutDialect dialect;
    private final boolean bestEffortXattrs;
    private final byte[] buffer = new byte[BUFFER];
    private final Map<String, Time> directoryTimes = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    EntryWriter(WhiteoutDialect dialect, boolean bestEffortXattrs) {
        this.dialect = dialect;
        this.bestEffortXattrs = bestEffortXattrs;
    }

    private record Time(long seconds, int nanos) {}

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Makes a file, link, device or FIFO where nothing is; attributes follow. Fails with EEXIST if something is there. */
    void create(Dir parent, String name, TarEntry entry, TarReader tar) throws IOException {
        OpenDirectory handle = parent.handle();
        switch (entry.type()) {
            case FILE -> createFile(handle, name, tar);
            case SYMLINK -> handle.makeSymlink(name, entry.linkName());
            case FIFO -> handle.makeNode(name, FileKind.FIFO, 0600, 0);
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                handle.makeNode(
                        name,
                        entry.type() == TarType.BLOCK_DEVICE ? FileKind.BLOCK_DEVICE : FileKind.CHARACTER_DEVICE,
                        0600,
                        DeviceNumber.of(entry.deviceMajor(), entry.deviceMinor()));
            case DIRECTORY, HARD_LINK -> throw new IllegalStateException("not for " + entry.type());
        }
    }

    private void createFile(OpenDirectory handle, String name, TarReader tar) throws IOException {
        try (Fd file = handle.open(name, NEW_FILE, 0600)) {
            for (int count = tar.read(buffer, 0, BUFFER); count >= 0; count = tar.read(buffer, 0, BUFFER)) {
                FileContent.write(file, buffer, count);
            }
        }
    }

    void attributes(Dir parent, String name, TarEntry entry) {
        OpenDirectory handle = parent.handle();
        handle.changeOwner(name, entry.uid(), entry.gid());
        if (!entry.xattrs().isEmpty()) {
            setXattrs(Xattrs.of(handle, name), entry);
        }
        if (entry.type() != TarType.SYMLINK) {
            handle.changeMode(name, entry.mode());
        }
        Time time = time(entry);
        if (entry.type() == TarType.DIRECTORY) {
            directoryTimes.put(EntryPath.child(parent.path(), name), time);
        } else {
            handle.setTimes(name, time.seconds(), time.nanos(), time.seconds(), time.nanos());
        }
    }

    void rootAttributes(Dir root, TarEntry entry) {
        Fd fd = root.handle().fd();
        FileAttributes.changeOwner(fd, entry.uid(), entry.gid());
        setXattrs(Xattrs.of(fd), entry);
        FileAttributes.changeMode(fd, entry.mode());
        directoryTimes.put("", time(entry));
    }

    /** Times before 1970 become 1970, as with Docker. */
    private static Time time(TarEntry entry) {
        return entry.mtimeSeconds() < 0 ? new Time(0, 0) : new Time(entry.mtimeSeconds(), entry.mtimeNanos());
    }

    private void setXattrs(Xattrs xattrs, TarEntry entry) {
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            try {
                xattrs.set(OverlayNames.stored(xattr.getKey(), dialect), xattr.getValue());
            } catch (KernelException e) {
                if (!e.is(Errno.EPERM) && !(bestEffortXattrs && e.is(Errno.EOPNOTSUPP))) {
                    throw e;
                }
                if (warnings.size() < MOST_WARNINGS) {
                    warnings.add("extended attribute " + xattr.getKey() + " of \"" + entry.name() + "\" is left out: "
                            + e.getMessage());
                }
            }
        }
    }

    @Override
    public void make(Dir parent, String name, Optional<LowerLayers.Found> model) {
        OpenDirectory handle = parent.handle();
        handle.makeDirectory(name, 0755);
        if (model.isEmpty()) {
            // a parent with the set-gid bit hands its group down
            handle.changeOwner(name, 0, 0);
            handle.changeMode(name, 0755);
            return;
        }
        LowerLayers.Found found = model.get();
        copyAttributes(found, handle, name);
        directoryTimes.put(
                EntryPath.child(parent.path(), name),
                new Time(found.stat().mtimeSeconds(), found.stat().mtimeNanos()));
    }

    /** Brings something other than a directory up from the layers beneath. */
    void copyUp(LowerLayers.Found found, OpenDirectory handle, String name) {
        Stat stat = found.stat();
        switch (stat.kind()) {
            case REGULAR -> copyFile(found, handle, name);
            case SYMLINK -> handle.makeSymlink(name, found.in().readLink(found.name()));
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET ->
                handle.makeNode(name, stat.kind(), 0600, stat.rdevice());
            case DIRECTORY, UNKNOWN -> throw new IllegalStateException("not for a " + stat.kind());
        }
        copyAttributes(found, handle, name);
        handle.setTimes(name, stat.atimeSeconds(), stat.atimeNanos(), stat.mtimeSeconds(), stat.mtimeNanos());
    }

    private static void copyFile(LowerLayers.Found found, OpenDirectory handle, String name) {
        try (Fd from = found.in().open(found.name(), OpenFlags.O_RDONLY, 0);
                Fd to = handle.open(name, NEW_FILE, 0600)) {
            FileData.copy(from, to);
        }
    }

    private static void copyAttributes(LowerLayers.Found found, OpenDirectory handle, String name) {
        handle.changeOwner(name, found.stat().uid(), found.stat().gid());
        Xattrs from = Xattrs.of(found.in(), found.name());
        Xattrs to = Xattrs.of(handle, name);
        for (String key : from.names()) {
            if (!OverlayNames.isOverlay(key)) {
                from.value(key).ifPresent(value -> to.set(key, value));
            }
        }
        if (found.stat().kind() != FileKind.SYMLINK) {
            handle.changeMode(name, found.stat().mode());
        }
    }

    /** Sets the times of directories, which every entry made in them has changed. */
    void finish(UpperTree tree) throws IOException {
        for (Map.Entry<String, Time> directory : directoryTimes.entrySet()) {
            Time time = directory.getValue();
            String path = directory.getKey();
            if (path.isEmpty()) {
                FileAttributes.setTimes(
                        tree.root().handle().fd(), time.seconds(), time.nanos(), time.seconds(), time.nanos());
                continue;
            }
            Optional<Dir> parent = tree.existing(EntryPath.parent(path));
            String name = EntryPath.last(path);
            if (parent.isPresent()
                    && parent.get()
                            .handle()
                            .stat(name)
                            .filter(stat -> stat.kind() == FileKind.DIRECTORY)
                            .isPresent()) {
                parent.get().handle().setTimes(name, time.seconds(), time.nanos(), time.seconds(), time.nanos());
            }
            tree.release();
        }
    }
}
