package io.gantry.image.archive;

import io.gantry.image.ContainerDefaults;
import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.History;
import io.gantry.image.Image;
import io.gantry.image.ImageConfig;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageSink;
import io.gantry.image.Layer;
import io.gantry.image.Manifest;
import io.gantry.image.MediaTypes;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.store.ContentStore;
import io.gantry.image.store.Ingest;
import io.gantry.image.store.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Makes an image of one layer from the archive of a root file system: {@code docker import}. Thread-safe. */
public final class RootfsImporter {
    private final ContentStore store;
    private final BombGuard guard;

    /** An importer into a store, with {@link BombGuard#DEFAULT}. */
    public RootfsImporter(ContentStore store) {
        this.store = Objects.requireNonNull(store, "store");
        this.guard = BombGuard.DEFAULT;
    }

    /**
     * What to make of the archive.
     *
     * @param platform what its programs run on
     * @param defaults the config of its containers
     * @param message kept in the history
     * @param created the image's time
     */
    public record Request(Platform platform, ContainerDefaults defaults, String message, Instant created) {
        /** Refuses nulls. */
        public Request {
            Objects.requireNonNull(platform, "platform");
            Objects.requireNonNull(defaults, "defaults");
            Objects.requireNonNull(message, "message");
            Objects.requireNonNull(created, "created");
        }
    }

    /**
     * Reads the archive, plain or compressed, to the end of the stream, which stays open.
     *
     * @param names the image's names
     * @param sink told of the image once its content is stored
     * @throws ImageFormatException if it is not a tar archive or damaged; nothing is stored then
     */
    public Image importRootfs(InputStream in, Request request, List<Reference> names, ImageSink sink)
            throws IOException {
        try (Lease lease = store.lease();
                Ingest blob = lease.ingest()) {
            in.transferTo(blob);
            Layer layer = layer(blob);
            Image image = image(layer, request, lease);
            blob.commit(Optional.empty());
            sink.accept(image, names);
            return image;
        }
    }

    /** A damaged archive must fail here, not when a container is to start. */
    private Layer layer(Ingest blob) throws IOException {
        Digest digest = blob.seal();
        LayerFiles.Inspected inspected = new LayerFiles(guard).inspect(digest, blob::content);
        String mediaType = inspected.compression().layerMediaType();
        return new Layer(Descriptor.of(mediaType, digest, blob.size()), inspected.diffId(), inspected.size());
    }

    private static Image image(Layer layer, Request request, Lease lease) throws IOException {
        History step = new History(Optional.of(request.created()), "", "", request.message(), false);
        ImageConfig config = ImageConfig.create(
                request.platform(), request.created(), "", request.defaults(), List.of(layer.diffId()), List.of(step));
        Descriptor configBlob = Descriptor.of(MediaTypes.OCI_CONFIG, lease.add(config.raw()), config.raw().length);
        Manifest manifest = new Manifest(MediaTypes.OCI_MANIFEST, configBlob, List.of(layer.blob()), Map.of());
        byte[] json = manifest.toJson();
        return new Image(config, Descriptor.of(MediaTypes.OCI_MANIFEST, lease.add(json), json.length), List.of(layer));
    }
}
