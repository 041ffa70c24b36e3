package io.gantry.engine.check;

import io.gantry.engine.container.ContainerStorage;
import io.gantry.engine.container.ContainerStorage.Use;
import io.gantry.linux.KernelException;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks of one driver's layers that need no look into them: whose they are, what they stand on, whether they can be mounted. */
final class StructureCheck {
    private final DriverSurvey survey;
    private final LayerChains chains;
    private final ContainerStorage storage;
    private final List<Use> uses;
    private final List<Finding> found = new ArrayList<>();
    private final BrokenLayers broken;

    StructureCheck(
            DriverSurvey survey, LayerChains chains, ContainerStorage storage, List<Use> uses, BrokenLayers broken) {
        this.broken = broken;
        this.survey = survey;
        this.chains = chains;
        this.storage = storage;
        this.uses =
                uses.stream().filter(use -> use.driver().equals(survey.name())).toList();
    }

    /** Gives what does not concern layers of images, which go to the broken ones. */
    List<Finding> run() {
        unaccounted();
        parents();
        mounts();
        containers();
        return found;
    }

    private void unaccounted() {
        Set<LayerId> accounted = new HashSet<>(chains.ids());
        uses.forEach(use -> accounted.addAll(survey.withAncestors(use.layer())));
        List<LayerInfo> layers = new ArrayList<>(survey.layers());
        Collections.reverse(layers);
        for (LayerInfo layer : layers) {
            boolean mistaken = layer.kind() != LayerInfo.Kind.COMMITTED
                    && chains.find(layer.id()).isPresent();
            boolean known = accounted.contains(layer.id()) && !mistaken;
            if (!known && !storage.isPassing(survey.name(), layer.id()) && isStill(layer)) {
                found.add(Finding.mendable(
                        survey.name(),
                        Kind.UNACCOUNTED,
                        Optional.of(layer.id()),
                        layer.kind() == LayerInfo.Kind.COMMITTED
                                ? "no image has this layer, and no container stands on it"
                                : "no container has this layer",
                        "it is removed",
                        () -> {
                            storage.remove(survey.name(), layer.id());
                            return "removed";
                        }));
            }
        }
    }

    /** Containers come and go while we look. */
    private boolean isStill(LayerInfo layer) {
        return survey.driver().stat(layer.id()).isPresent()
                && storage.uses().stream()
                        .noneMatch(use -> survey.withAncestors(use.layer()).contains(layer.id()));
    }

    private void parents() {
        for (LayerInfo layer : survey.layers()) {
            Optional<LayerChains.Link> link = chains.find(layer.id());
            if (link.isPresent() && !layer.parent().equals(link.get().parent())) {
                brokenImageLayer(
                        Kind.MISSING_PARENT,
                        layer.id(),
                        "it stands on " + layer.parent().map(LayerId::value).orElse("nothing") + ", in its image on "
                                + link.get().parent().map(LayerId::value).orElse("nothing"));
            } else if (layer.parent().isPresent()
                    && survey.find(layer.parent().get()).isEmpty()) {
                String detail = "the layer it stands on, " + layer.parent().get() + ", is gone";
                if (link.isPresent()) {
                    brokenImageLayer(Kind.MISSING_PARENT, layer.id(), detail);
                } else {
                    use(layer.id()).ifPresent(use -> containerLayer(use, Kind.MISSING_PARENT, detail));
                }
            }
        }
    }

    private void mounts() {
        for (LayerInfo layer : survey.layers()) {
            boolean image = layer.kind() == LayerInfo.Kind.COMMITTED
                    && chains.find(layer.id()).isPresent();
            if (image && !broken.contains(layer.id())) {
                try {
                    storage.inView(
                            survey.name(), layer.id(), root -> root.list().size());
                } catch (DriverException | KernelException e) {
                    if (survey.driver().stat(layer.id()).isPresent()) {
                        brokenImageLayer(Kind.UNMOUNTABLE, layer.id(), "it cannot be mounted: " + e.getMessage());
                    }
                }
            }
        }
    }

    private void containers() {
        Set<LayerId> hopeless = new HashSet<>(survey.withDescendants(broken.ids()));
        for (Use use : uses) {
            if (!use.ready() || isGone(use)) {
                continue;
            }
            if (survey.find(use.layer()).isEmpty()) {
                containerLayer(use, Kind.UNMOUNTABLE, "the layer of container " + use.name() + " is gone");
            } else if (!use.up() && !hopeless.contains(use.layer()) && !isReported(use.layer())) {
                try {
                    storage.mountOnce(use);
                } catch (DriverException | KernelException e) {
                    if (!isGone(use)) {
                        containerLayer(
                                use,
                                Kind.UNMOUNTABLE,
                                "the layer of container " + use.name() + " cannot be mounted: " + e.getMessage());
                    }
                }
            }
        }
    }

    private boolean isReported(LayerId layer) {
        return broken.isReported(layer)
                || found.stream().anyMatch(finding -> finding.layer().equals(Optional.of(layer)));
    }

    private boolean isGone(Use use) {
        return storage.uses().stream().noneMatch(now -> now.id().equals(use.id()));
    }

    private Optional<Use> use(LayerId layer) {
        return uses.stream().filter(use -> use.layer().equals(layer)).findFirst();
    }

    private void brokenImageLayer(Kind kind, LayerId layer, String detail) {
        broken.add(kind, layer, detail);
    }

    /** What a container wrote is never thrown away. */
    private void containerLayer(Use use, Kind kind, String detail) {
        if (isReported(use.layer())) {
            return;
        }
        found.add(Finding.forUser(
                survey.name(),
                kind,
                Optional.of(use.layer()),
                detail,
                "bring the layer back from a backup, or remove the container: gantry rm " + use.name()));
    }
}
