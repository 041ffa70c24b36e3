package io.gantry.image.archive;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.compress.Compression;
import io.gantry.image.store.Ingest;
import io.gantry.image.store.Lease;
import io.gantry.image.tar.EntryPath;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image archive whose files lie, uncommitted, in the content store's staging area. Paths are looked up within the archive alone: a
 * link of it can lead to another of its files and nowhere else.
 */
final class SpooledArchive implements AutoCloseable {
    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_LINKS = 40;
    private static final String BLOBS = "blobs/sha256/";

    private final Map<String, Ingest> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final List<Ingest> added = new ArrayList<>();
    private final Lease lease;

    private SpooledArchive(Lease lease) {
        this.lease = lease;
    }

    /** Reads an archive to the end of its stream. */
    static SpooledArchive read(InputStream in, Lease lease, BombGuard guard) throws IOException {
        SpooledArchive archive = new SpooledArchive(lease);
        try {
            archive.fill(Compression.decompress(in, guard));
            return archive;
        } catch (IOException | RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    private void fill(InputStream plain) throws IOException {
        TarReader tar = new TarReader(plain);
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            add(next.get(), tar);
        }
        plain.transferTo(OutputStream.nullOutputStream());
    }

    private void add(TarEntry entry, TarReader tar) throws IOException {
        String path = EntryPath.clean(entry.name());
        if (files.size() + links.size() >= MOST_ENTRIES) {
            throw new ImageFormatException(Kind.LIMIT, "the archive has more than " + MOST_ENTRIES + " files");
        }
        switch (entry.type()) {
            case FILE -> addFile(path, tar);
            case SYMLINK -> addLink(path, EntryPath.follow(EntryPath.parent(path), entry.linkName()));
            case HARD_LINK -> addLink(path, EntryPath.clean(entry.linkName()));
            case DIRECTORY -> {
                // only files matter
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                throw new ImageFormatException(
                        Kind.CORRUPT, "\"" + path + "\" is a device or FIFO, which no image archive has");
        }
    }

    private void addFile(String path, TarReader tar) throws IOException {
        Ingest ingest = lease.ingest();
        try {
            tar.content().transferTo(ingest);
            checkName(path, ingest.seal());
        } catch (IOException | RuntimeException e) {
            ingest.close();
            throw e;
        }
        Ingest before = files.putIfAbsent(path, ingest);
        if (before != null) {
            ingest.close();
        }
        if (links.containsKey(path) || (before != null && !before.seal().equals(ingest.seal()))) {
            throw twice(path);
        }
    }

    private void addLink(String path, String target) throws ImageFormatException {
        String before = links.put(path, target);
        if (files.containsKey(path) || (before != null && !before.equals(target))) {
            throw twice(path);
        }
    }

    /** Readers differ in which of two entries they believe, so that an archive could mean two things. */
    private static ImageFormatException twice(String path) {
        return new ImageFormatException(Kind.CORRUPT, "the archive has two different entries named \"" + path + "\"");
    }

    private static void checkName(String path, Digest actual) throws ImageFormatException {
        if (path.startsWith(BLOBS) && !path.substring(BLOBS.length()).equals(actual.hex())) {
            throw new ImageFormatException(
                    Kind.DIGEST_MISMATCH, "the content of \"" + path + "\" has the digest " + actual);
        }
    }

    /** The file of a path, links followed. */
    Optional<Ingest> find(String name) throws ImageFormatException {
        String path = EntryPath.clean(name);
        for (int hops = 0; hops <= MOST_LINKS; hops++) {
            Ingest file = files.get(path);
            if (file != null) {
                return Optional.of(file);
            }
            Optional<String> next = followOnce(path);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            path = next.get();
        }
        throw new ImageFormatException(Kind.CORRUPT, "\"" + name + "\" is a link that leads in circles");
    }

    /** Replaces the first part of a path that is a link. */
    private Optional<String> followOnce(String path) throws ImageFormatException {
        for (int end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
            String prefix = end < 0 ? path : path.substring(0, end);
            String target = links.get(prefix);
            if (target != null) {
                return Optional.of(EntryPath.clean(target + path.substring(prefix.length())));
            }
            if (end < 0) {
                return Optional.empty();
            }
        }
    }

    /** The file of a path. */
    Ingest get(String name) throws ImageFormatException {
        return find(name)
                .orElseThrow(() -> new ImageFormatException(Kind.MISSING, "the archive has no file \"" + name + "\""));
    }

    /** The blob of a digest, as an OCI image layout keeps it. A link may stand in its place, so that the digest is checked here, too. */
    Optional<Ingest> blob(Digest digest) throws IOException {
        String path = BLOBS + digest.hex();
        Optional<Ingest> file = find(path);
        if (file.isPresent()) {
            checkName(path, file.get().seal());
        }
        return file;
    }

    /** A further file that is not of the archive, with the same life. */
    Ingest add(byte[] content) throws IOException {
        Ingest ingest = lease.ingest();
        added.add(ingest);
        ingest.write(content, 0, content.length);
        ingest.seal();
        return ingest;
    }

    /** All of a small file. */
    static byte[] content(String what, Ingest file, int largest) throws IOException {
        if (file.size() > largest) {
            throw new ImageFormatException(
                    Kind.LIMIT, what + " has " + file.size() + " bytes; at most " + largest + " are read");
        }
        try (InputStream in = file.content()) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() throws IOException {
        added.addAll(files.values());
        for (Ingest file : added) {
            file.close();
        }
    }
}
