package io.gantry.image.store;

import io.gantry.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds content against collection, and is the way to add some. Open one before content arrives, close it when what makes the content live
 * is recorded. Thread-safe.
 */
public final class Lease implements AutoCloseable {
    private final ContentStore store;
    private final List<Digest> digests = new ArrayList<>();
    private boolean closed;

    Lease(ContentStore store) {
        this.store = store;
    }

    /** Starts a new blob. */
    public Ingest ingest() throws IOException {
        return new Ingest(store, this);
    }

    /** Adds content that is at hand. */
    public Digest add(byte[] content) throws IOException {
        try (Ingest ingest = ingest()) {
            ingest.write(content, 0, content.length);
            return ingest.commit(Optional.empty());
        }
    }

    /** Adds all that a stream gives. */
    public Digest add(InputStream content) throws IOException {
        try (Ingest ingest = ingest()) {
            content.transferTo(ingest);
            return ingest.commit(Optional.empty());
        }
    }

    /** Holds a blob that may be in the store already. Returns whether it is; then it stays until the lease is closed. */
    public boolean hold(Digest digest) {
        synchronized (digests) {
            if (closed) {
                throw new IllegalStateException("the lease is closed");
            }
            store.hold(digest);
            digests.add(digest);
        }
        return store.contains(digest);
    }

    /**
     * The whole of a small blob, checked against its digest; see {@link ContentStore#read}.
     */
    public byte[] read(Digest digest, int largest) throws IOException {
        return store.read(digest, largest);
    }

    /** Opens a blob that it holds; see {@link ContentStore#openBlob}. */
    public InputStream openBlob(Digest digest) throws IOException {
        return store.openBlob(digest);
    }

    /** Lets go of all it holds; idempotent. */
    @Override
    public void close() {
        synchronized (digests) {
            closed = true;
            store.release(digests);
            digests.clear();
        }
    }
}
