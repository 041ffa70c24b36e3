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
import java.io.IOException;
import java.io.InputStream;

/** What the layer files of an archive are. */
final class LayerFiles {
    private LayerFiles() {}

    static Compression compression(Ingest file) throws IOException {
        try (InputStream in = file.content()) {
            byte[] prefix = in.readNBytes(Compression.PREFIX);
            return Compression.detect(prefix, prefix.length);
        }
    }

    /** The digest of a file's content uncompressed. */
    static Digest diffId(Ingest file, BombGuard guard) throws IOException {
        if (compression(file) == Compression.NONE) {
            return file.seal();
        }
        try (HashingInputStream in = new HashingInputStream(Compression.decompress(file.content(), guard))) {
            return in.finish();
        }
    }

    /** A layer as a {@code docker save} archive has it, checked against the config. */
    static Layer checked(int position, Digest expected, Ingest file, BombGuard guard) throws IOException {
        Digest actual = diffId(file, guard);
        if (!actual.equals(expected)) {
            throw mismatch(position, expected, actual);
        }
        String mediaType = compression(file).layerMediaType();
        return new Layer(Descriptor.of(mediaType, file.seal(), file.size()), expected);
    }

    static ImageFormatException mismatch(int position, Digest expected, Digest actual) {
        return new ImageFormatException(
                Kind.DIGEST_MISMATCH,
                "invalid diffID for layer " + position + ": expected \"" + expected + "\", got \"" + actual + "\"");
    }

    static void checkCount(int expected, int actual) throws ImageFormatException {
        if (expected != actual) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "invalid manifest, layer length mismatch: expected " + expected + ", got " + actual);
        }
    }
}
