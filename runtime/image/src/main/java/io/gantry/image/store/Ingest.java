package io.gantry.image.store;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A blob that is being written. Write it, then {@link #commit}; closing without that throws the content away. Not thread-safe.
 */
public final class Ingest extends OutputStream {
    private final ContentStore store;
    private final Lease lease;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest hash = Digest.sha256();
    private Optional<Digest> digest = Optional.empty();
    private long size;
    private boolean committed;

    Ingest(ContentStore store, Lease lease) throws IOException {
        this.store = store;
        this.lease = lease;
        this.file = store.newStagingFile();
        try {
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw store.explain(e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        if (digest.isPresent()) {
            throw new IllegalStateException("the content is complete");
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw store.explain(e);
        }
        hash.update(buffer, offset, length);
        size += length;
    }

    /** Bytes written so far. */
    public long size() {
        return size;
    }

    /** Ends writing and closes the file, so that many blobs may wait for their commit; gives the digest of all that was written. */
    public Digest seal() throws IOException {
        if (digest.isEmpty()) {
            channel.close();
            digest = Optional.of(Digest.of(hash));
        }
        return digest.get();
    }

    /** All content, from its start; seals the blob. */
    public InputStream content() throws IOException {
        Digest sealed = seal();
        return committed ? store.openBlob(sealed) : Files.newInputStream(file);
    }

    /**
     * Makes the blob durable and part of the store, held by the lease it was started from.
     *
     * @param expected the digest that was promised, if one was
     * @throws ImageFormatException of kind DIGEST_MISMATCH if the content has another; the store is unchanged then
     */
    public Digest commit(Optional<Digest> expected) throws IOException {
        Digest actual = seal();
        if (expected.isPresent() && !expected.get().equals(actual)) {
            throw new ImageFormatException(
                    Kind.DIGEST_MISMATCH,
                    "content has the digest " + actual + ", not " + expected.get() + " as promised");
        }
        if (!committed) {
            try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
                written.force(true);
            } catch (IOException e) {
                throw store.explain(e);
            }
            lease.hold(actual);
            store.publish(file, actual);
            committed = true;
        }
        return actual;
    }

    /** Frees what was written unless it was committed; idempotent. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed) {
            Files.deleteIfExists(file);
        }
    }
}
