package io.gantry.engine.check;

import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Layers of images that are of no use in one driver, each with one fault. */
final class BrokenLayers {
    private final String driver;
    private final LayerChains chains;
    private final Map<LayerId, Finding> reported = new HashMap<>();
    private final Map<LayerId, Finding> broken = new LinkedHashMap<>();

    /** @param byDriver what the driver itself found and has not mended */
    BrokenLayers(String driver, LayerChains chains, Collection<Finding> byDriver) {
        this.driver = driver;
        this.chains = chains;
        for (Finding finding : byDriver) {
            finding.layer().ifPresent(layer -> {
                reported.put(layer, finding);
                if (isUseless(finding, chains)) {
                    broken.put(layer, finding);
                }
            });
        }
    }

    /** Whether it makes an image's layer useless, so that it has to be unpacked anew. */
    static boolean isUseless(Finding finding, LayerChains chains) {
        boolean useless = finding.kind() == Kind.MISSING_PARENT
                || finding.kind() == Kind.UNMOUNTABLE
                || finding.kind() == Kind.CONTENT_MISMATCH;
        return useless && finding.layer().flatMap(chains::find).isPresent();
    }

    void add(Kind kind, LayerId layer, String detail) {
        String image = chains.find(layer).map(LayerChains.Link::imageShown).orElse("");
        broken.computeIfAbsent(
                layer,
                id -> Finding.forUser(driver, kind, Optional.of(id), "layer of image " + image + ": " + detail, ""));
    }

    boolean contains(LayerId layer) {
        return broken.containsKey(layer);
    }

    /** Whether the driver itself told of this layer. */
    boolean isReported(LayerId layer) {
        return reported.containsKey(layer);
    }

    Set<LayerId> ids() {
        return Set.copyOf(broken.keySet());
    }

    List<Finding> all() {
        return List.copyOf(broken.values());
    }

    /** Without those that the driver told of. */
    List<Finding> own() {
        return broken.values().stream()
                .filter(finding -> !reported.containsValue(finding))
                .toList();
    }
}
