package io.gantry.image.archive;

import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.Layer;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.compress.Compression;
import io.gantry.image.compress.HashingInputStream;
import io.gantry.image.store.Ingest;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the layer files of an archive are. Each is read through once, however often images name it. */
final class LayerFiles {
    private final BombGuard guard;
    private final Map<Digest, Inspected> known = new HashMap<>();

    LayerFiles(BombGuard guard) {
        this.guard = guard;
    }

    /**
     * What a layer's blob turned out to be.
     *
     * @param compression what it is compressed with
     * @param diffId the digest of its content uncompressed
     * @param size bytes of all files in it
     */
    record Inspected(Compression compression, Digest diffId, long size) {}

    /** Where a blob can be read, from its start each time. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Reads a layer's blob through.
     *
     * @throws ImageFormatException if it is no tar archive, or compressed with something unknown
     */
    Inspected inspect(Digest blob, Source source) throws IOException {
        Inspected before = known.get(blob);
        if (before != null) {
            return before;
        }
        try {
            Compression compression = compression(source);
            Inspected inspected = compression == Compression.NONE ? walk(blob, source) : unfold(compression, source);
            known.put(blob, inspected);
            return inspected;
        } catch (ImageFormatException e) {
            throw e.in("layer " + blob.shortHex());
        }
    }

    private static Compression compression(Source source) throws IOException {
        try (InputStream in = source.open()) {
            byte[] prefix = in.readNBytes(Compression.PREFIX);
            return Compression.detect(prefix, prefix.length);
        }
    }

    /** Content is passed over without being read: its digest is known. */
    private static Inspected walk(Digest blob, Source source) throws IOException {
        try (InputStream in = new BufferedInputStream(source.open(), 1 << 14)) {
            return new Inspected(Compression.NONE, blob, sizeOfFiles(in));
        }
    }

    private Inspected unfold(Compression compression, Source source) throws IOException {
        try (HashingInputStream in = new HashingInputStream(Compression.decompress(source.open(), guard))) {
            long size = sizeOfFiles(in);
            return new Inspected(compression, in.finish(), size);
        }
    }

    private static long sizeOfFiles(InputStream in) throws IOException {
        TarReader tar = new TarReader(in);
        long size = 0;
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            size += next.get().size();
            if (size < 0) {
                throw new ImageFormatException(Kind.LIMIT, "the files of a layer have more than 2^63 bytes");
            }
        }
        return size;
    }

    /** A layer of an archive without descriptors, checked against the config. */
    Layer checked(int position, Digest expected, Ingest file) throws IOException {
        Inspected inspected = inspect(file.seal(), file::content);
        checkDiffId(position, expected, inspected.diffId());
        String mediaType = inspected.compression().layerMediaType();
        return new Layer(Descriptor.of(mediaType, file.seal(), file.size()), expected, inspected.size());
    }

    static void checkDiffId(int position, Digest expected, Digest actual) throws ImageFormatException {
        if (!actual.equals(expected)) {
            throw new ImageFormatException(
                    Kind.DIGEST_MISMATCH,
                    "invalid diffID for layer " + position + ": expected \"" + expected + "\", got \"" + actual + "\"");
        }
    }

    static void checkCount(int expected, int actual) throws ImageFormatException {
        if (expected != actual) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "invalid manifest, layer length mismatch: expected " + expected + ", got " + actual);
        }
    }
}
