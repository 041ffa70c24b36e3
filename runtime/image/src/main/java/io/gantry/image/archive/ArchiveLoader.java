package io.gantry.image.archive;

import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.ImageSink;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.store.ContentStore;
import io.gantry.image.store.Lease;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Loads images from an archive: {@code docker save}'s, an OCI image layout, or both in one, as newer Docker writes it; plain or compressed
 * as a whole, layers plain or compressed. Everything is checked before anything is stored: a refused archive changes nothing. Thread-safe.
 */
public final class ArchiveLoader {
    private final ContentStore store;
    private final BombGuard guard;

    /** A loader with {@link BombGuard#DEFAULT}. */
    public ArchiveLoader(ContentStore store) {
        this(store, BombGuard.DEFAULT);
    }

    /** A loader into a store. */
    public ArchiveLoader(ContentStore store, BombGuard guard) {
        this.store = Objects.requireNonNull(store, "store");
        this.guard = Objects.requireNonNull(guard, "guard");
    }

    /**
     * An image that was loaded.
     *
     * @param image the image
     * @param names its names, each with a tag; may be empty
     */
    public record Loaded(Image image, List<Reference> names) {
        /** Copies the list. */
        public Loaded {
            Objects.requireNonNull(image, "image");
            names = List.copyOf(names);
        }
    }

    /**
     * Reads an archive to the end of the stream, which stays open.
     *
     * @param platform which image to take where there are several
     * @param sink told of each image, in the archive's order, once all content is stored
     * @throws ImageFormatException if the archive is damaged, hostile or has no image
     */
    public List<Loaded> load(InputStream in, Platform platform, ImageSink sink) throws IOException {
        try (Lease lease = store.lease();
                SpooledArchive archive = SpooledArchive.read(in, lease, guard)) {
            List<PlannedImage> images = plan(archive, lease, platform);
            List<Loaded> loaded = new ArrayList<>();
            for (PlannedImage image : images) {
                image.commit();
            }
            for (PlannedImage image : images) {
                sink.accept(image.image(), image.names());
                loaded.add(new Loaded(image.image(), image.names()));
            }
            return List.copyOf(loaded);
        }
    }

    private List<PlannedImage> plan(SpooledArchive archive, Lease lease, Platform platform) throws IOException {
        boolean oci = archive.find(OciLayout.INDEX).isPresent();
        boolean docker = archive.find(DockerArchive.MANIFEST).isPresent();
        if (!oci && !docker) {
            throw new ImageFormatException(
                    Kind.UNSUPPORTED,
                    "unrecognized image format: the archive has neither manifest.json nor index.json; a root file system is loaded with import");
        }
        LayerFiles layerFiles = new LayerFiles(guard);
        List<PlannedImage> images = new ArrayList<>();
        if (oci) {
            images.addAll(new OciLayout(archive, lease, platform, layerFiles).plan());
        }
        if (docker) {
            addDockerImages(new DockerArchive(archive, layerFiles), images);
        }
        if (images.isEmpty()) {
            throw new ImageFormatException(Kind.MISSING, "the archive has no image");
        }
        return images;
    }

    /** In an archive of both forms, what {@code index.json} named already gets further names only. */
    private static void addDockerImages(DockerArchive docker, List<PlannedImage> images) throws IOException {
        for (DockerArchive.Item item : docker.items()) {
            Digest id = docker.configDigest(item);
            int known = indexOf(id, images);
            if (known >= 0) {
                images.set(known, images.get(known).withNames(item.names()));
            } else {
                images.add(docker.plan(item));
            }
        }
    }

    private static int indexOf(Digest id, List<PlannedImage> images) {
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i).image().id().equals(id)) {
                return i;
            }
        }
        return -1;
    }
}
