package io.gantry.image.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Index;
import io.gantry.image.Layer;
import io.gantry.image.MediaTypes;
import io.gantry.image.Reference;
import io.gantry.image.store.ContentStore;
import io.gantry.image.store.Lease;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes images as one archive that is an OCI image layout and a {@code docker save} archive at once, as Docker 25 and later write it. Blobs go in as they are
 * stored, so that manifest digests survive. Equal images give equal archives. Thread-safe.
 */
public final class ArchiveSaver {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BLOBS = "blobs/sha256/";
    private static final int BUFFER = 1 << 17;

    private final ContentStore store;

    /** A saver of what a store holds. */
    public ArchiveSaver(ContentStore store) {
        this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * Writes an archive; the stream stays open.
     *
     * @param images the images with the names to write, in order
     * @throws io.gantry.image.ImageFormatException if content is missing from the store
     */
    public void save(List<ArchiveLoader.Loaded> images, OutputStream out) throws IOException {
        Set<Digest> blobs = new TreeSet<>();
        images.forEach(saved -> blobs.addAll(saved.image().blobs()));
        try (Lease lease = store.lease()) {
            blobs.forEach(lease::hold);
            TarWriter tar = new TarWriter(out);
            tar.entry(TarEntry.directory("blobs/"));
            tar.entry(TarEntry.directory(BLOBS));
            for (Digest blob : blobs) {
                writeBlob(blob, tar);
            }
            tar.file(OciLayout.INDEX, index(images));
            tar.file(DockerArchive.MANIFEST, manifest(images));
            tar.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.US_ASCII));
            // not where something failed: what is incomplete must not look whole
            tar.close();
        }
    }

    private void writeBlob(Digest blob, TarWriter tar) throws IOException {
        try (InputStream in = store.openBlob(blob)) {
            tar.entry(TarEntry.file(BLOBS + blob.hex(), store.size(blob).orElse(0)));
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                tar.write(buffer, 0, count);
            }
        }
    }

    private static byte[] index(List<ArchiveLoader.Loaded> images) {
        List<Descriptor> manifests = new ArrayList<>();
        for (ArchiveLoader.Loaded saved : images) {
            Descriptor manifest =
                    saved.image().manifest().withPlatform(saved.image().config().platform());
            for (Reference name : saved.names()) {
                manifests.add(manifest.withAnnotations(Map.of(
                        Descriptor.CONTAINERD_NAME,
                        name.toString(),
                        Descriptor.REF_NAME,
                        name.tag().orElse("latest"))));
            }
            if (saved.names().isEmpty()) {
                manifests.add(manifest);
            }
        }
        return new Index(MediaTypes.OCI_INDEX, manifests, Map.of()).toJson();
    }

    private static byte[] manifest(List<ArchiveLoader.Loaded> images) throws IOException {
        ArrayNode list = MAPPER.createArrayNode();
        for (ArchiveLoader.Loaded saved : images) {
            Image image = saved.image();
            ObjectNode item = list.addObject();
            item.put("Config", BLOBS + image.id().hex());
            ArrayNode tags = item.putArray("RepoTags");
            saved.names().forEach(name -> tags.add(name.familiar()));
            ArrayNode layers = item.putArray("Layers");
            for (Layer layer : image.layers()) {
                layers.add(BLOBS + layer.blob().digest().hex());
            }
        }
        return MAPPER.writeValueAsBytes(list);
    }
}
