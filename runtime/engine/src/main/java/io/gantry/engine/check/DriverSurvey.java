package io.gantry.engine.check;

import io.gantry.engine.container.ContainerStorage.Use;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageDriver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The layers of a storage driver at one moment. */
final class DriverSurvey {
    private final String name;
    private final StorageDriver driver;
    private final Map<LayerId, LayerInfo> layers = new LinkedHashMap<>();

    private DriverSurvey(String name, StorageDriver driver) {
        this.name = name;
        this.driver = driver;
    }

    static DriverSurvey of(String name, StorageDriver driver) {
        DriverSurvey survey = new DriverSurvey(name, driver);
        driver.layers().forEach(layer -> survey.layers.put(layer.id(), layer));
        return survey;
    }

    String name() {
        return name;
    }

    StorageDriver driver() {
        return driver;
    }

    /** Parents before children. */
    Collection<LayerInfo> layers() {
        return layers.values();
    }

    Optional<LayerInfo> find(LayerId id) {
        return Optional.ofNullable(layers.get(id));
    }

    boolean isCommitted(LayerId id) {
        return find(id).filter(layer -> layer.kind() == LayerInfo.Kind.COMMITTED)
                .isPresent();
    }

    /** A layer and those it stands on, as far as they are there. */
    Set<LayerId> withAncestors(LayerId id) {
        Set<LayerId> found = new HashSet<>();
        Optional<LayerId> at = Optional.of(id);
        while (at.isPresent() && found.add(at.get())) {
            at = find(at.get()).flatMap(LayerInfo::parent);
        }
        return found;
    }

    /** These layers and all that stand on them, children before parents. */
    List<LayerId> withDescendants(Set<LayerId> ids) {
        Set<LayerId> reached = new HashSet<>(ids);
        List<LayerId> order = new ArrayList<>();
        for (LayerInfo layer : layers.values()) {
            if (layer.parent().filter(reached::contains).isPresent()) {
                reached.add(layer.id());
            }
            if (reached.contains(layer.id())) {
                order.add(layer.id());
            }
        }
        Collections.reverse(order);
        return order;
    }

    /** The containers whose layers are among these. */
    static List<Use> among(Collection<LayerId> ids, List<Use> uses) {
        return uses.stream().filter(use -> ids.contains(use.layer())).toList();
    }
}
