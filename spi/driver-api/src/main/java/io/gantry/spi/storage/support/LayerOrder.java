package io.gantry.spi.storage.support;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sorts layers so that each comes after the one it stands on. */
final class LayerOrder {
    private static final Comparator<LayerRecord> OLDEST_FIRST =
            Comparator.comparing((LayerRecord layer) -> layer.info().created()).thenComparing(LayerRecord::id);

    private LayerOrder() {}

    /**
     * @param ordered those that lead to a layer without parent over committed layers
     * @param strays the rest
     */
    record Sorted(List<LayerRecord> ordered, List<LayerRecord> strays) {}

    static List<LayerRecord> parentsFirst(Collection<LayerRecord> layers) {
        return sort(layers).ordered();
    }

    static Sorted sort(Collection<LayerRecord> layers) {
        Map<Optional<LayerId>, List<LayerRecord>> children = new HashMap<>();
        layers.stream()
                .sorted(OLDEST_FIRST)
                .forEach(layer -> children.computeIfAbsent(layer.info().parent(), parent -> new ArrayList<>())
                        .add(layer));
        List<LayerRecord> ordered = new ArrayList<>(layers.size());
        Set<LayerId> placed = new HashSet<>();
        Deque<LayerRecord> next = new ArrayDeque<>(children.getOrDefault(Optional.empty(), List.of()));
        while (!next.isEmpty()) {
            LayerRecord layer = next.poll();
            if (placed.add(layer.id())) {
                ordered.add(layer);
                if (layer.info().kind() == Kind.COMMITTED) {
                    next.addAll(children.getOrDefault(Optional.of(layer.id()), List.of()));
                }
            }
        }
        List<LayerRecord> strays = new ArrayList<>(layers);
        strays.removeAll(ordered);
        return new Sorted(List.copyOf(ordered), List.copyOf(strays));
    }
}
