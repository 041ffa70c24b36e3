package io.gantry.image.store;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.NoSpaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Blobs on disk, each named by the digest of its content: {@code blobs/sha256/XX/HEX} below the root, XX being the first two digits.
 *
 * <p>A blob is written to {@code ingest/}, forced to disk, and then renamed into place, so that a process killed at any moment leaves each
 * blob whole or absent; what it leaves in {@code ingest/} is removed by the next {@link #open}. One process may have a root open
 * at a time; within it all methods may be called from any thread.
 */
public final class ContentStore {
    private static final int DIGEST_DIGITS = 64;

    private final Path blobs;
    private final Path staging;
    private final AtomicLong stagingNumber = new AtomicLong();
    private final Map<Digest, Integer> held = new HashMap<>();
    private final List<Set<Digest>> collections = new ArrayList<>();

    private ContentStore(Path blobs, Path staging) {
        this.blobs = blobs;
        this.staging = staging;
    }

    /**
     * Opens the store below a directory, which is made if need be, and removes what an earlier process left half-written.
     *
     * @throws IOException if the directories cannot be made or swept
     */
    public static ContentStore open(Path root) throws IOException {
        Path blobs = privateDirectory(root.resolve("blobs").resolve("sha256"));
        Path staging = privateDirectory(root.resolve("ingest"));
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(staging)) {
            for (Path leftover : leftovers) {
                Files.delete(leftover);
            }
        }
        return new ContentStore(blobs, staging);
    }

    private static Path privateDirectory(Path directory) throws IOException {
        return Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Protects content from {@link #collect} for as long as it is open. Whoever adds content does so through a lease. */
    public Lease lease() {
        return new Lease(this);
    }

    /** Whether a blob is there. */
    public boolean contains(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /** The length of a blob in bytes, or empty if it is not there. */
    public OptionalLong size(Digest digest) throws IOException {
        try {
            return OptionalLong.of(Files.size(path(digest)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Opens a blob for reading. Its content is not checked again; see {@link #read} and {@link #verify}.
     *
     * @throws ImageFormatException of kind MISSING if it is not there
     */
    public InputStream openBlob(Digest digest) throws IOException {
        try {
            return Files.newInputStream(path(digest));
        } catch (NoSuchFileException e) {
            throw new ImageFormatException(Kind.MISSING, "content " + digest + " is not in the store", e);
        }
    }

    /**
     * The whole of a small blob, checked against its digest.
     *
     * @param largest how many bytes it may have
     * @throws ImageFormatException if it is missing, larger, or damaged on disk
     */
    public byte[] read(Digest digest, int largest) throws IOException {
        try (InputStream in = openBlob(digest)) {
            byte[] content = in.readNBytes(largest + 1);
            if (content.length > largest) {
                throw new ImageFormatException(
                        Kind.LIMIT,
                        "content " + digest + " has more than " + largest + " bytes, which is the limit here");
            }
            checkDigest(digest, Digest.of(content));
            return content;
        }
    }

    /**
     * Reads a blob through and checks it against its digest.
     *
     * @throws ImageFormatException if it is missing or damaged on disk
     */
    public void verify(Digest digest) throws IOException {
        try (InputStream in = openBlob(digest)) {
            MessageDigest hash = Digest.sha256();
            byte[] buffer = new byte[1 << 17];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                hash.update(buffer, 0, count);
            }
            checkDigest(digest, Digest.of(hash));
        }
    }

    private static void checkDigest(Digest expected, Digest actual) throws ImageFormatException {
        if (!actual.equals(expected)) {
            throw new ImageFormatException(
                    Kind.DIGEST_MISMATCH,
                    "content " + expected + " is damaged on disk: it now has the digest " + actual
                            + "; remove the image and load or pull it again");
        }
    }

    /** Every blob. */
    public Set<Digest> list() throws IOException {
        Set<Digest> all = new TreeSet<>();
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(blobs)) {
            for (Path group : groups) {
                listGroup(group, all);
            }
        }
        return all;
    }

    private static void listGroup(Path group, Set<Digest> all) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(group)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.length() == DIGEST_DIGITS) {
                    all.add(new Digest(name));
                }
            }
        }
    }

    /** Deletes a blob. Returns false if it was not there or a lease holds it. */
    public boolean delete(Digest digest) throws IOException {
        synchronized (held) {
            return !held.containsKey(digest) && Files.deleteIfExists(path(digest));
        }
    }

    /**
     * Deletes every blob that is neither live nor held by a lease. Content may arrive meanwhile: what a lease holds at any moment of the call
     * stays.
     *
     * @param live tells what is to stay; asked once, after the call has begun, so that whoever lets go of a lease has recorded its content before
     * @return bytes that were set free
     */
    public long collect(Supplier<? extends Collection<Digest>> live) throws IOException {
        Set<Digest> heldMeanwhile = startCollection();
        try {
            long freed = 0;
            for (Digest digest : dead(live)) {
                freed += collect(digest, heldMeanwhile);
            }
            return freed;
        } finally {
            endCollection(heldMeanwhile);
        }
    }

    /** The blobs that {@link #collect} would delete, sorted. */
    public Set<Digest> unused(Supplier<? extends Collection<Digest>> live) throws IOException {
        Set<Digest> heldMeanwhile = startCollection();
        try {
            Set<Digest> dead = dead(live);
            synchronized (held) {
                dead.removeAll(heldMeanwhile);
            }
            return dead;
        } finally {
            endCollection(heldMeanwhile);
        }
    }

    private Set<Digest> dead(Supplier<? extends Collection<Digest>> live) throws IOException {
        Set<Digest> dead = list();
        dead.removeAll(Set.copyOf(live.get()));
        return dead;
    }

    private Set<Digest> startCollection() {
        synchronized (held) {
            Set<Digest> heldMeanwhile = new HashSet<>(held.keySet());
            collections.add(heldMeanwhile);
            return heldMeanwhile;
        }
    }

    private void endCollection(Set<Digest> heldMeanwhile) {
        synchronized (held) {
            collections.removeIf(other -> other == heldMeanwhile);
        }
    }

    private long collect(Digest digest, Set<Digest> heldMeanwhile) throws IOException {
        synchronized (held) {
            if (heldMeanwhile.contains(digest)) {
                return 0;
            }
            long size = size(digest).orElse(0);
            return Files.deleteIfExists(path(digest)) ? size : 0;
        }
    }

    Path newStagingFile() {
        return staging.resolve("blob-" + stagingNumber.incrementAndGet());
    }

    void hold(Digest digest) {
        synchronized (held) {
            held.merge(digest, 1, Integer::sum);
            collections.forEach(meanwhile -> meanwhile.add(digest));
        }
    }

    void release(Collection<Digest> digests) {
        synchronized (held) {
            for (Digest digest : digests) {
                held.computeIfPresent(digest, (key, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** Renames a forced staging file into place. It takes the place of an equal blob, which may have been damaged on disk. */
    void publish(Path staged, Digest digest) throws IOException {
        Path target = path(digest);
        Path group = target.getParent();
        try {
            makeGroup(group);
            Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(group);
        } catch (IOException e) {
            throw explain(e);
        }
    }

    private void makeGroup(Path group) throws IOException {
        try {
            Files.createDirectory(group);
            force(blobs);
        } catch (FileAlreadyExistsException e) {
            // made by an earlier blob
        }
    }

    /** The same exception, or one that says what to do about a full disk. */
    IOException explain(IOException e) {
        return NoSpaceException.explain(staging.getParent().toString(), e);
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path path(Digest digest) {
        return blobs.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }
}
