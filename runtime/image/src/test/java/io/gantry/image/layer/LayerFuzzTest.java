package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.ImageFormatException;
import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.TarItem;
import io.gantry.image.testing.Tars;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random layers of few names, many links and many deletions: every way to apply them gives the same tree, or the same refusal, and nothing leaves the root. */
class LayerFuzzTest {
    private static final int ROUNDS = 300;
    private static final List<String> PARTS = List.of("a", "b", "c", "d");
    private static final List<String> TARGETS =
            List.of("a", "b", "a/b", "../a", "/b", "/c/d", "..", "/", "../../../outside", "nowhere", ".", "d/../a");

    /** A line for the report, and what it stands for. */
    private record Step(String text, TarItem item) {}

    @Test
    void allWaysAgree() throws IOException {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        Random seeds = new Random(seed);
        int built = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<List<Step>> layers = layers(new Random(seeds.nextLong()));
            List<String> expected = outcome(Mode.DIRECT, layers);
            assertThat(isRefusedByModel(layers))
                    .as("whether the model refuses round %d of -Dfuzz.seed=%d: %s", round, seed, texts(layers))
                    .isEqualTo(expected.get(0).startsWith("refused"));
            for (Mode mode : List.of(Mode.OVERLAY, Mode.OVERLAY_PENDING)) {
                assertThat(outcome(mode, layers))
                        .as("%s in round %d of -Dfuzz.seed=%d: %s", mode, round, seed, texts(layers))
                        .isEqualTo(expected);
            }
            built += expected.get(0).startsWith("refused") ? 0 : 1;
        }
        assertThat(built).as("layers that were not refused").isGreaterThan(ROUNDS / 4);
    }

    private static boolean isRefusedByModel(List<List<Step>> layers) throws IOException {
        ExpectedTree tree = ExpectedTree.empty();
        try {
            for (List<Step> layer : layers) {
                tree.add(new ByteArrayInputStream(
                        Tars.tar(layer.stream().map(Step::item).toArray(TarItem[]::new))));
            }
            return false;
        } catch (ImageFormatException e) {
            return true;
        }
    }

    private static List<String> outcome(Mode mode, List<List<Step>> layers) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            for (int i = 0; i < layers.size(); i++) {
                try {
                    stack.apply(layers.get(i).stream().map(Step::item).toArray(TarItem[]::new));
                } catch (ImageFormatException e) {
                    return List.of("refused: layer " + i + " " + e.kind());
                }
            }
            List<String> shown = new ArrayList<>(List.of("built"));
            shown.addAll(stack.shown());
            return shown;
        }
    }

    private static List<List<String>> texts(List<List<Step>> layers) {
        return layers.stream()
                .map(layer -> layer.stream().map(Step::text).toList())
                .toList();
    }

    private static List<List<Step>> layers(Random random) {
        return IntStream.range(0, 2 + random.nextInt(3))
                .mapToObj(layer -> IntStream.range(0, 1 + random.nextInt(7))
                        .mapToObj(i -> step(random, layer == 0))
                        .toList())
                .toList();
    }

    private static Step step(Random random, boolean first) {
        String path = path(random);
        int kind = random.nextInt(first ? 7 : 12);
        return switch (kind) {
            case 0, 1, 2 -> new Step("dir " + path, TarItem.dir(path));
            case 3, 4 -> new Step("file " + path, TarItem.file(path, String.valueOf(random.nextInt(10))));
            case 5 -> {
                String target = TARGETS.get(random.nextInt(TARGETS.size()));
                yield new Step("link " + path + " -> " + target, TarItem.symlink(path, target));
            }
            case 6 -> {
                String target = path(random);
                yield random.nextInt(3) == 0
                        ? new Step("hard link " + path + " to " + target, TarItem.hardLink(path, target))
                        : new Step("fifo " + path, TarItem.fifo(path));
            }
            case 7 -> new Step("opaque " + path, TarItem.opaque(path));
            case 8 -> {
                String where = random.nextInt(4) == 0 ? "" : path;
                yield new Step("opaque " + where, TarItem.opaque(where));
            }
            default -> new Step("whiteout " + path, TarItem.whiteout(path));
        };
    }

    private static String path(Random random) {
        int depth = 1 + random.nextInt(3);
        return String.join(
                "/",
                IntStream.range(0, depth)
                        .mapToObj(i -> PARTS.get(random.nextInt(PARTS.size())))
                        .toList());
    }
}
