package io.gantry.engine.check;

import io.gantry.engine.container.ContainerStorage;
import io.gantry.engine.container.ContainerStorage.Use;
import io.gantry.engine.image.ImageInventory;
import io.gantry.image.Image;
import io.gantry.image.Layer;
import io.gantry.image.unpack.Unpacker;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Unpacks layers of images anew that are of no use, and all that stand on them. Not where a container does. */
final class Rebuild {
    private final DriverSurvey survey;
    private final ContainerStorage storage;
    private final ImageInventory images;

    /** @param survey taken after everything else was mended */
    Rebuild(DriverSurvey survey, ContainerStorage storage, ImageInventory images) {
        this.survey = survey;
        this.storage = storage;
        this.images = images;
    }

    /** Says what would be done, or has to be. */
    void advise(List<Finding> broken) {
        for (Finding finding : broken) {
            finding.remedy(obstacle(finding).orElse("it is removed, with what stands on it, and unpacked anew"));
        }
    }

    private Optional<String> obstacle(Finding finding) {
        List<LayerId> all = survey.withDescendants(Set.of(finding.layer().orElseThrow()));
        List<Use> uses = DriverSurvey.among(
                all,
                storage.uses().stream()
                        .filter(use -> use.driver().equals(survey.name()))
                        .toList());
        if (uses.isEmpty()) {
            return Optional.empty();
        }
        String names = uses.stream().map(Use::name).sorted().collect(Collectors.joining(", "));
        return Optional.of((uses.size() == 1 ? "container " + names + " stands" : "containers " + names + " stand")
                + " on it: save what matters with gantry cp, then gantry rm " + names.replace(", ", " ")
                + " and check again");
    }

    /** Does it. */
    void mend(List<Finding> broken) {
        List<Finding> possible = new ArrayList<>();
        for (Finding finding : broken) {
            Optional<String> obstacle = obstacle(finding).or(() -> missingContent(finding));
            if (obstacle.isPresent()) {
                finding.left(obstacle.get());
            } else {
                possible.add(finding);
            }
        }
        if (!possible.isEmpty()) {
            mendAll(possible);
        }
    }

    private void mendAll(List<Finding> possible) {
        Set<LayerId> ids =
                possible.stream().flatMap(finding -> finding.layer().stream()).collect(Collectors.toSet());
        List<LayerId> topDown = survey.withDescendants(ids);
        try {
            storage.unpackAnew(survey.name(), topDown, affected(topDown));
            possible.forEach(finding -> finding.mended("removed and unpacked anew"));
        } catch (IOException | DriverException e) {
            possible.forEach(finding -> finding.left("could not be unpacked anew: " + e.getMessage()));
        }
    }

    /** The images that were unpacked up to one of these layers. */
    private List<Image> affected(List<LayerId> layers) {
        Set<LayerId> all = new HashSet<>(layers);
        return images.all().stream()
                .flatMap(known -> known.image().stream())
                .filter(image -> !image.chainIds().isEmpty()
                        && all.contains(Unpacker.id(
                                image.chainIds().get(image.chainIds().size() - 1))))
                .toList();
    }

    private Optional<String> missingContent(Finding finding) {
        List<LayerId> all = survey.withDescendants(Set.of(finding.layer().orElseThrow()));
        for (Image image : affected(all)) {
            for (Layer layer : image.layers()) {
                try {
                    images.content().verify(layer.blob().digest());
                } catch (IOException e) {
                    return Optional.of("it cannot be unpacked anew: " + e.getMessage());
                }
            }
        }
        return Optional.empty();
    }
}
