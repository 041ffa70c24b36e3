package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Files of the client as a tar stream, and a tar stream as files of the client. */
final class LocalTree {
    private LocalTree() {}

    /** An archive in the making on another thread; {@link #size} is known once the stream has ended. */
    static final class Packed implements Closeable {
        private final PipedInputStream stream = new PipedInputStream(64 * 1024);
        private final Thread thread;
        private volatile long size;
        private volatile Optional<IOException> failure = Optional.empty();

        private Packed(Path source, String root, boolean owners) throws IOException {
            PipedOutputStream out = new PipedOutputStream(stream);
            thread = new Thread(
                    () -> {
                        try (out;
                                TarWriter writer = new TarWriter(out)) {
                            size = add(writer, source, root, owners);
                        } catch (IOException e) {
                            failure = Optional.of(e);
                        }
                    },
                    "pack");
            thread.setDaemon(true);
            thread.start();
        }

        InputStream stream() {
            return new java.io.FilterInputStream(stream) {
                @Override
                public int read(byte[] target, int offset, int length) throws IOException {
                    int count = super.read(target, offset, length);
                    if (count < 0 && failure.isPresent()) {
                        throw failure.get();
                    }
                    return count;
                }
            };
        }

        long size() {
            return size;
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** Archives {@code source} under the name {@code root}; owners become 0 unless kept. */
    static Packed pack(Path source, String root, boolean owners) throws IOException {
        return new Packed(source, root, owners);
    }

    private static long add(TarWriter writer, Path file, String name, boolean owners) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(file, "unix:mode,uid,gid,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) attributes.get("mode");
        int uid = owners ? (int) attributes.get("uid") : 0;
        int gid = owners ? (int) attributes.get("gid") : 0;
        long time = ((FileTime) attributes.get("lastModifiedTime")).toMillis() / 1000;
        switch (mode & 0170000) {
            case 0040000 -> {
                writer.add(new TarEntry(name + "/", '5', mode, uid, gid, 0, time, ""), InputStream.nullInputStream());
                long sum = 0;
                List<Path> children;
                try (Stream<Path> listed = Files.list(file)) {
                    children = listed.sorted().toList();
                }
                for (Path child : children) {
                    sum += add(writer, child, name + "/" + child.getFileName(), owners);
                }
                return sum;
            }
            case 0120000 ->
                writer.add(
                        new TarEntry(
                                name,
                                '2',
                                0777,
                                uid,
                                gid,
                                0,
                                time,
                                Files.readSymbolicLink(file).toString()),
                        InputStream.nullInputStream());
            case 0100000 -> {
                long size = (long) attributes.get("size");
                try (InputStream in = Files.newInputStream(file)) {
                    writer.add(new TarEntry(name, '0', mode, uid, gid, size, time, ""), in);
                }
                return size;
            }
            default -> {
                // sockets, devices and pipes are left out, as the client cannot recreate them
            }
        }
        return 0;
    }

    /**
     * Unpacks what the daemon sends for {@code source} to {@code target} by the rules of cp(1): into an existing folder, else under
     * the new name. Names that would leave the target are refused. Returns the bytes written.
     */
    static long extract(InputStream in, String source, boolean directory, Path target, String typed, boolean owners)
            throws IOException {
        boolean exists = Files.isDirectory(target);
        if (directory && Files.exists(target) && !exists) {
            throw new UsageException("cannot copy directory");
        }
        if (!exists && !directory && typed.endsWith("/")) {
            throw new UsageException("no such directory");
        }
        boolean contents = source.endsWith("/.");
        long size = 0;
        TarReader reader = new TarReader(in);
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            TarEntry entry = next.get();
            String name = entry.name();
            int slash = name.indexOf('/');
            String below = slash < 0 ? "" : name.substring(slash + 1);
            // the first part of each name is the source's own
            Path path = exists && !contents ? inside(target, name) : below.isEmpty() ? target : inside(target, below);
            size += write(reader, entry, path, target, owners);
        }
        return size;
    }

    /** Refuses a target whose folder is missing. */
    static void checkTarget(String typed) {
        Path parent = Path.of(typed).toAbsolutePath().normalize().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new UsageException("invalid output path: directory \"" + parent + "\" does not exist");
        }
    }

    private static Path inside(Path root, String name) throws IOException {
        Path base = root.toAbsolutePath().normalize();
        Path path = base.resolve(name.replaceFirst("^/+", "")).normalize();
        if (!path.startsWith(base)) {
            throw new IOException("the archive names \"" + name + "\", which lies outside " + root);
        }
        return path;
    }

    private static long write(TarReader reader, TarEntry entry, Path path, Path root, boolean owners)
            throws IOException {
        Path base = root.toAbsolutePath().normalize();
        for (Path step = path.toAbsolutePath().getParent();
                step != null && step.startsWith(base) && !step.equals(base);
                step = step.getParent()) {
            if (Files.isSymbolicLink(step)) {
                throw new IOException("the archive writes through the symbolic link " + step);
            }
        }
        switch (entry.type()) {
            case '5' -> {
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(path);
                }
            }
            case '2' -> {
                Files.deleteIfExists(path);
                Files.createSymbolicLink(path, Path.of(entry.link()));
                return 0;
            }
            case '1' -> {
                Files.deleteIfExists(path);
                Files.createLink(path, inside(root, entry.link()));
                return 0;
            }
            case '0' -> {
                if (Files.isSymbolicLink(path)) {
                    Files.delete(path);
                }
                Files.copy(reader.content(), path, StandardCopyOption.REPLACE_EXISTING);
            }
            default -> {
                return 0;
            }
        }
        if (owners) {
            Files.setAttribute(path, "unix:uid", entry.uid());
            Files.setAttribute(path, "unix:gid", entry.gid());
        }
        Files.setAttribute(path, "unix:mode", entry.mode() & 07777);
        Files.setLastModifiedTime(path, FileTime.fromMillis(entry.time() * 1000));
        return entry.size();
    }
}
