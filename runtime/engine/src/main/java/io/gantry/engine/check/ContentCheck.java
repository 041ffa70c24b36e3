package io.gantry.engine.check;

import io.gantry.engine.check.LayerChains.Link;
import io.gantry.engine.container.ContainerStorage;
import io.gantry.engine.image.ImageInventory.Known;
import io.gantry.image.Digest;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.compress.Compression;
import io.gantry.image.compress.HashingInputStream;
import io.gantry.image.layer.ExpectedTree;
import io.gantry.image.layer.TreeDifference;
import io.gantry.image.layer.TreeVerification;
import io.gantry.image.layer.TreeVerification.Contents;
import io.gantry.image.store.ContentStore;
import io.gantry.image.store.Lease;
import io.gantry.linux.KernelException;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the content of all images through, and compares what storage drivers show of their layers with it. Each layer's archive is read once, whatever number of drivers has it. Of a layer on
 * which an image ends every file is read; of those beneath, the files that came with it.
 */
final class ContentCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ContentCheck.class);

    private final ContentStore content;
    private final ContainerStorage storage;
    private final Map<DriverSurvey, BrokenLayers> drivers;
    private final Consumer<String> progress;
    private final Map<Digest, Optional<String>> verdicts = new HashMap<>();
    private final Map<DriverSurvey, Map<LayerId, Set<String>>> damage = new HashMap<>();

    ContentCheck(
            ContentStore content,
            ContainerStorage storage,
            Map<DriverSurvey, BrokenLayers> drivers,
            Consumer<String> progress) {
        this.content = content;
        this.storage = storage;
        this.drivers = drivers;
        this.progress = progress;
    }

    /** Compares layers; those that differ go to the broken ones. */
    void compare(LayerChains chains) {
        chains.bottoms().forEach(bottom -> walk(bottom, Optional.of(ExpectedTree.empty())));
    }

    private void walk(Link link, Optional<ExpectedTree> beneath) {
        Optional<ExpectedTree> tree = beneath.filter(it -> isWanted(link)).filter(it -> read(link, it));
        tree.ifPresent(expected -> drivers.forEach((survey, broken) -> compare(link, expected, survey, broken)));
        List<Link> children = link.children();
        for (int i = 0; i < children.size(); i++) {
            boolean last = i == children.size() - 1;
            walk(children.get(i), last ? tree : tree.map(ExpectedTree::copy));
        }
    }

    private boolean isWanted(Link link) {
        return drivers.keySet().stream().anyMatch(survey -> survey.isCommitted(link.id()))
                || link.children().stream().anyMatch(this::isWanted);
    }

    /** Returns false if the archive is of no use. */
    private boolean read(Link link, ExpectedTree tree) {
        Digest blob = link.layer().blob().digest();
        if (!content.contains(blob)) {
            return false;
        }
        progress.accept("reading layer " + link.layer().diffId().shortHex() + " of image " + link.imageShown());
        try (Lease lease = content.lease()) {
            lease.hold(blob);
            try (HashingInputStream raw = new HashingInputStream(content.openBlob(blob))) {
                Optional<String> unreadable = read(raw, tree, link);
                Digest actual = raw.finish();
                Optional<String> verdict =
                        actual.equals(blob) ? unreadable : Optional.of("is damaged: its digest is now " + actual);
                verdicts.put(blob, verdict);
                return verdict.isEmpty();
            }
        } catch (IOException e) {
            verdicts.put(blob, Optional.of("cannot be read: " + e.getMessage()));
            return false;
        }
    }

    private static Optional<String> read(HashingInputStream raw, ExpectedTree tree, Link link) {
        try {
            Digest diffId = tree.add(Compression.decompress(raw, BombGuard.DEFAULT));
            return diffId.equals(link.layer().diffId())
                    ? Optional.empty()
                    : Optional.of(
                            "unpacks to " + diffId + ", not to " + link.layer().diffId());
        } catch (IOException e) {
            return Optional.of("cannot be unpacked: " + e.getMessage());
        }
    }

    private void compare(Link link, ExpectedTree expected, DriverSurvey survey, BrokenLayers broken) {
        Map<LayerId, Set<String>> known = damage.computeIfAbsent(survey, key -> new HashMap<>());
        List<LayerId> chain = link.withAncestors();
        boolean hopeless = chain.stream().anyMatch(layer -> broken.contains(layer) && !known.containsKey(layer));
        if (!survey.isCommitted(link.id()) || hopeless) {
            return;
        }
        try {
            List<TreeDifference> differences = storage.inView(
                    survey.name(),
                    link.id(),
                    root -> TreeVerification.compare(
                            expected,
                            root,
                            link.isTop() ? Contents.ALL : Contents.TOPMOST_LAYER,
                            path -> chain.stream()
                                    .anyMatch(layer ->
                                            known.getOrDefault(layer, Set.of()).contains(path))));
            if (!differences.isEmpty()) {
                known.put(
                        link.id(),
                        differences.stream().map(TreeDifference::path).collect(Collectors.toSet()));
                broken.add(Kind.CONTENT_MISMATCH, link.id(), told(differences));
            }
        } catch (DriverException | KernelException e) {
            LOG.debug("layer {} of storage driver {} went away", link.id(), survey.name(), e);
        }
    }

    private static String told(List<TreeDifference> differences) {
        String first = differences.get(0).toString();
        return differences.size() == 1 ? first : first + ", and " + (differences.size() - 1) + " more";
    }

    /** Reads through what was not read yet; gives what is damaged or missing. */
    List<Finding> blobs(List<Known> images, boolean quick) {
        List<Finding> found = new ArrayList<>();
        Set<Digest> told = new HashSet<>();
        for (Known image : images) {
            for (Digest blob : image.blobs()) {
                Optional<String> verdict = verdicts.computeIfAbsent(blob, digest -> verdict(digest, quick));
                if (verdict.isPresent() && told.add(blob)) {
                    found.add(Finding.forUser(
                            "",
                            Kind.CONTENT_MISMATCH,
                            Optional.empty(),
                            "content " + blob + " of image " + image.shown() + " " + verdict.get(),
                            "load the image again"));
                }
            }
        }
        return found;
    }

    private Optional<String> verdict(Digest blob, boolean quick) {
        if (!content.contains(blob)) {
            return Optional.of("is missing");
        }
        try {
            if (!quick) {
                content.verify(blob);
            }
            return Optional.empty();
        } catch (IOException e) {
            return content.contains(blob) ? Optional.of("is damaged: " + e.getMessage()) : Optional.empty();
        }
    }
}
