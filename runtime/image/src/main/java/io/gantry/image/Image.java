package io.gantry.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * An image whose content is in the content store.
 *
 * @param config its config
 * @param manifest what its manifest blob is called; the manifest has the same config and layers
 * @param layers its layers, bottom first, as many as the config has diff ids
 */
public record Image(ImageConfig config, Descriptor manifest, List<Layer> layers) {
    /** Copies the list and checks it against the config. */
    public Image {
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(manifest, "manifest");
        layers = List.copyOf(layers);
        if (!layers.stream().map(Layer::diffId).toList().equals(config.diffIds())) {
            throw new IllegalArgumentException("the layers of image " + config.id() + " are not those of its config");
        }
    }

    /** The image's id. */
    public Digest id() {
        return config.id();
    }

    /** The chain ids of its layers, bottom first. */
    public List<Digest> chainIds() {
        return ChainId.allOf(config.diffIds());
    }

    /** Every blob it needs: manifest, config, layers. */
    public Set<Digest> blobs() {
        List<Digest> all = new ArrayList<>();
        all.add(manifest.digest());
        all.add(config.id());
        layers.forEach(layer -> all.add(layer.blob().digest()));
        return new TreeSet<>(all);
    }
}
