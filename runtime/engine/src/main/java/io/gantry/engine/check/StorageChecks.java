package io.gantry.engine.check;

import io.gantry.engine.Checks;
import io.gantry.engine.container.ContainerStorage;
import io.gantry.engine.container.ContainerStorage.Use;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.image.ImageInventory;
import io.gantry.engine.image.ImageInventory.Known;
import io.gantry.image.Digest;
import io.gantry.image.Reference;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.StorageDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Puts the checks together. First each driver looks and mends by itself; then the engine looks at what all drivers have in common, removes what belongs to nobody, and unpacks anew what is of no
 * use.
 */
public final class StorageChecks implements Checks {
    private final OpenDrivers drivers;
    private final ContainerStorage storage;
    private final ImageInventory images;

    /** Checks of an engine's storage. */
    public StorageChecks(OpenDrivers drivers, ContainerStorage storage, ImageInventory images) {
        this.drivers = drivers;
        this.storage = storage;
        this.images = images;
    }

    @Override
    public synchronized Report check(Request request, Consumer<String> progress) {
        return new Run(request, progress).report();
    }

    private Set<String> names(Request request) {
        if (request.driver().isPresent()) {
            drivers.catalogue().storage(request.driver().get());
            return Set.of(request.driver().get());
        }
        Set<String> names = new TreeSet<>(drivers.storageInUse());
        storage.uses().stream().map(Use::driver).forEach(names::add);
        return names;
    }

    /** One check. */
    private final class Run {
        private final Request request;
        private final Consumer<String> progress;
        private final List<Known> known = images.all();
        private final LayerChains chains = new LayerChains(known);
        private final List<Examined> examined = new ArrayList<>();
        private final List<Finding> found = new ArrayList<>();
        private final Map<DriverSurvey, BrokenLayers> surveys = new LinkedHashMap<>();
        private final Map<String, List<Finding>> byDriver = new LinkedHashMap<>();

        Run(Request request, Consumer<String> progress) {
            this.request = request;
            this.progress = progress;
        }

        Report report() {
            names(request).forEach(this::examine);
            ContentCheck content = new ContentCheck(images.content(), storage, surveys, progress);
            if (!request.quick()) {
                content.compare(chains);
            }
            if (request.driver().isEmpty()) {
                progress.accept("checking the content of images");
                found.addAll(content.blobs(known, request.quick()));
                unreferenced();
            }
            if (request.repair()) {
                repair();
            } else {
                surveys.forEach((survey, broken) -> new Rebuild(survey, storage, images).advise(broken.all()));
            }
            surveys.values().forEach(broken -> found.addAll(broken.own()));
            return new Report(
                    examined,
                    found.stream()
                            .map(Finding::fault)
                            .sorted(Comparator.comparing(Fault::driver))
                            .toList());
        }

        private void examine(String name) {
            progress.accept("checking storage driver " + name);
            try {
                StorageDriver driver = drivers.storage(name);
                DriverFaults faults = new DriverFaults(name, driver, storage);
                List<Finding> own = faults.find();
                found.addAll(own);
                if (request.repair()) {
                    own.stream()
                            .filter(finding -> !BrokenLayers.isUseless(finding, chains))
                            .forEach(Finding::mend);
                }
                List<Finding> left =
                        own.stream().filter(finding -> !finding.isMended()).toList();
                byDriver.put(name, left);
                BrokenLayers broken = new BrokenLayers(name, chains, left);
                DriverSurvey survey = DriverSurvey.of(name, driver);
                found.addAll(new StructureCheck(survey, chains, storage, storage.uses(), broken).run());
                surveys.put(survey, broken);
                examined.add(new Examined(name, survey.layers().size(), Optional.empty()));
            } catch (DriverException e) {
                examined.add(new Examined(name, 0, Optional.of(e.getMessage())));
            }
        }

        private void repair() {
            found.stream()
                    .filter(finding -> byDriver.values().stream().noneMatch(own -> own.contains(finding)))
                    .filter(finding -> !finding.isMended())
                    .forEach(Finding::mend);
            surveys.forEach((survey, broken) -> {
                if (!broken.all().isEmpty()) {
                    progress.accept("unpacking layers anew in storage driver " + survey.name());
                    new Rebuild(DriverSurvey.of(survey.name(), survey.driver()), storage, images).mend(broken.all());
                }
                new DriverFaults(survey.name(), survey.driver(), storage).settle(byDriver.get(survey.name()));
            });
        }

        private void unreferenced() {
            try {
                for (Digest blob : images.unusedContent()) {
                    long size = images.content().size(blob).orElse(0);
                    found.add(Finding.mendable(
                            "",
                            Kind.UNREFERENCED,
                            Optional.empty(),
                            "content " + blob + ", " + size + " bytes, is of no image",
                            "it is removed",
                            () -> {
                                images.removeUnusedContent();
                                return "removed";
                            }));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list the content of images", e);
            }
            for (Reference name : images.danglingNames()) {
                found.add(Finding.mendable(
                        "",
                        Kind.UNREFERENCED,
                        Optional.empty(),
                        "the name " + name.familiar() + " is of no image",
                        "it is removed",
                        () -> {
                            images.forget(name);
                            return "removed";
                        }));
            }
        }
    }
}
