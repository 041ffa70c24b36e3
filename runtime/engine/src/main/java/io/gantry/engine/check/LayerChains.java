package io.gantry.engine.check;

import io.gantry.engine.image.ImageInventory.Known;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Layer;
import io.gantry.image.unpack.Unpacker;
import io.gantry.spi.storage.LayerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The layers that all images are made of, each standing on another: images that begin alike share the beginning. */
final class LayerChains {
    private final Map<LayerId, Link> links = new HashMap<>();
    private final Map<LayerId, Link> bottoms = new LinkedHashMap<>();

    /** A layer in its place. */
    static final class Link {
        private final LayerId id;
        private final Layer layer;
        private final Optional<Link> parent;
        private final List<Link> children = new ArrayList<>();
        private final List<Known> images = new ArrayList<>();
        private boolean top;

        Link(LayerId id, Layer layer, Optional<Link> parent) {
            this.id = id;
            this.layer = layer;
            this.parent = parent;
        }

        /** Its id in every driver. */
        LayerId id() {
            return id;
        }

        Layer layer() {
            return layer;
        }

        Optional<LayerId> parent() {
            return parent.map(Link::id);
        }

        List<Link> children() {
            return List.copyOf(children);
        }

        /** The layers it stands on, the nearest first, after itself. */
        List<LayerId> withAncestors() {
            List<LayerId> ids = new ArrayList<>();
            for (Optional<Link> at = Optional.of(this); at.isPresent(); at = at.get().parent) {
                ids.add(at.get().id);
            }
            return ids;
        }

        /** Whether an image ends here. */
        boolean isTop() {
            return top;
        }

        /** What to call the image, or one of them. */
        String imageShown() {
            return images.get(0).shown();
        }
    }

    LayerChains(Collection<Known> images) {
        images.forEach(known -> known.image().ifPresent(image -> add(known, image)));
    }

    private void add(Known known, Image image) {
        Optional<Link> beneath = Optional.empty();
        List<Digest> chainIds = image.chainIds();
        for (int i = 0; i < chainIds.size(); i++) {
            LayerId id = Unpacker.id(chainIds.get(i));
            Link link = links.get(id);
            if (link == null) {
                link = new Link(id, image.layers().get(i), beneath);
                links.put(id, link);
                if (beneath.isPresent()) {
                    beneath.get().children.add(link);
                } else {
                    bottoms.put(id, link);
                }
            }
            link.images.add(known);
            link.top |= i == chainIds.size() - 1;
            beneath = Optional.of(link);
        }
    }

    Collection<Link> bottoms() {
        return bottoms.values();
    }

    Optional<Link> find(LayerId id) {
        return Optional.ofNullable(links.get(id));
    }

    Collection<LayerId> ids() {
        return links.keySet();
    }
}
