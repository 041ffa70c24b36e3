package io.gantry.image.archive;

import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageConfig;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.Index;
import io.gantry.image.Layer;
import io.gantry.image.Manifest;
import io.gantry.image.MediaTypes;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.image.store.Ingest;
import io.gantry.image.store.Lease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI image layout (image specification, "Image Layout") in an archive. Blobs that the archive leaves out may be in the content store
 * already. Everything is read through and checked.
 */
final class OciLayout {
    static final String INDEX = "index.json";
    private static final int DEEPEST = 4;

    private final SpooledArchive archive;
    private final Lease lease;
    private final Platform platform;
    private final LayerFiles layerFiles;

    OciLayout(SpooledArchive archive, Lease lease, Platform platform, LayerFiles layerFiles) {
        this.archive = archive;
        this.lease = lease;
        this.platform = platform;
        this.layerFiles = layerFiles;
    }

    /** Checks all images that {@code index.json} names; of those for several platforms the one that fits best. */
    List<PlannedImage> plan() throws IOException {
        Index index = Index.parse(SpooledArchive.content(INDEX, archive.get(INDEX), Manifest.LARGEST));
        Map<Digest, PlannedImage> images = new HashMap<>();
        List<Digest> order = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            Optional<Descriptor> manifest = manifest(entry, 0);
            if (manifest.isEmpty()) {
                continue;
            }
            Digest digest = manifest.get().digest();
            if (!images.containsKey(digest)) {
                images.put(digest, image(manifest.get()));
                order.add(digest);
            }
            images.computeIfPresent(digest, (key, image) -> image.withNames(names(entry)));
        }
        return order.stream().map(images::get).toList();
    }

    /** The manifest behind an entry; empty for an attestation or other artefact. */
    private Optional<Descriptor> manifest(Descriptor entry, int depth) throws IOException {
        byte[] json = blob("manifest", entry, Manifest.LARGEST);
        if (!MediaTypes.isIndex(entry.mediaType())) {
            return isImage(json) ? Optional.of(entry) : Optional.empty();
        }
        if (depth == DEEPEST) {
            throw new ImageFormatException(Kind.LIMIT, "the archive has indexes within indexes, too deep");
        }
        Index index = Index.parse(json);
        List<Descriptor> fitting = index.matching(platform, descriptor -> isPresent(descriptor.digest()));
        for (Descriptor candidate : fitting) {
            Optional<Descriptor> manifest = manifest(candidate, depth + 1);
            if (manifest.isPresent()) {
                return manifest;
            }
        }
        throw new ImageFormatException(
                Kind.MISSING,
                "the archive has no image for " + platform + "; it has "
                        + index.manifests().stream()
                                .flatMap(descriptor -> descriptor.platform().stream())
                                .map(Platform::toString)
                                .toList());
    }

    private static boolean isImage(byte[] manifest) throws ImageFormatException {
        String mediaType = Manifest.parse(manifest).config().mediaType();
        return mediaType.isEmpty() || MediaTypes.isConfig(mediaType);
    }

    private PlannedImage image(Descriptor entry) throws IOException {
        Map<Digest, Ingest> files = new HashMap<>();
        Manifest manifest = Manifest.parse(blob("manifest", entry, Manifest.LARGEST));
        ImageConfig config = ImageConfig.parse(blob("image config", manifest.config(), ImageConfig.LARGEST));
        LayerFiles.checkCount(config.diffIds().size(), manifest.layers().size());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < manifest.layers().size(); i++) {
            Descriptor layer = manifest.layers().get(i);
            Digest diffId = config.diffIds().get(i);
            require(layer, files);
            layers.add(checked(i, layer, diffId));
        }
        require(manifest.config(), files);
        require(entry, files);
        Descriptor named = Descriptor.of(manifest.mediaType(), entry.digest(), entry.size());
        return new PlannedImage(new Image(config, named, layers), List.of(), files);
    }

    private Layer checked(int position, Descriptor layer, Digest diffId) throws IOException {
        if (!MediaTypes.isLayer(layer.mediaType())) {
            throw new ImageFormatException(
                    Kind.UNSUPPORTED,
                    "layer " + position + " has the unknown type \"" + layer.mediaType()
                            + "\": build the image again with layers that are tar archives, plain, gzip or zstd");
        }
        Optional<Ingest> file = archive.blob(layer.digest());
        LayerFiles.Source source = file.isPresent() ? file.get()::content : () -> lease.openBlob(layer.digest());
        LayerFiles.Inspected inspected = layerFiles.inspect(layer.digest(), source);
        LayerFiles.checkDiffId(position, diffId, inspected.diffId());
        return new Layer(layer, diffId, inspected.size());
    }

    private void require(Descriptor descriptor, Map<Digest, Ingest> files) throws IOException {
        Optional<Ingest> file = archive.blob(descriptor.digest());
        if (file.isEmpty()) {
            if (!lease.hold(descriptor.digest())) {
                throw missing(descriptor.digest());
            }
            return;
        }
        if (file.get().size() != descriptor.size()) {
            throw new ImageFormatException(
                    Kind.DIGEST_MISMATCH,
                    "content " + descriptor.digest() + " has " + file.get().size() + " bytes, not " + descriptor.size()
                            + " as promised");
        }
        files.put(descriptor.digest(), file.get());
    }

    private byte[] blob(String what, Descriptor descriptor, int largest) throws IOException {
        Optional<Ingest> file = archive.blob(descriptor.digest());
        if (file.isPresent()) {
            return SpooledArchive.content("the " + what, file.get(), largest);
        }
        if (lease.hold(descriptor.digest())) {
            return lease.read(descriptor.digest(), largest);
        }
        throw missing(descriptor.digest());
    }

    private boolean isPresent(Digest digest) {
        try {
            return archive.blob(digest).isPresent() || lease.hold(digest);
        } catch (IOException e) {
            return false;
        }
    }

    private static ImageFormatException missing(Digest digest) {
        return new ImageFormatException(
                Kind.MISSING, "content " + digest + " is neither in the archive nor in the content store");
    }

    /** Names that are not references, such as the bare tags that many tools write, name nothing here. */
    private static List<Reference> names(Descriptor entry) {
        List<Reference> names = new ArrayList<>();
        Optional<String> full = Optional.ofNullable(entry.annotations().get(Descriptor.CONTAINERD_NAME));
        String text = full.orElse(entry.annotations().getOrDefault(Descriptor.REF_NAME, ""));
        if (full.isPresent() || text.indexOf(':') >= 0 || text.indexOf('/') >= 0) {
            try {
                Reference name = Reference.parse(text).orLatest();
                name.tag().ifPresent(tag -> names.add(name.withTag(tag)));
            } catch (IllegalArgumentException e) {
                return List.of();
            }
        }
        return names;
    }
}
