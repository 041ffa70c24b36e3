package io.gantry.tck.storage;

import java.util.List;
import java.util.Locale;

/**
 * A line of what a {@link LayerChurn} tells: a step and the layers that it is about.
 *
 * @param names {@code PREPARING}, {@code VIEWING}: the layer and its parent; {@code COMMITTING}, {@code COMMITTED}: the layer, its new name and its parent; {@code FAILED}: words; else the layer
 */
record ChurnReport(Step step, List<String> names) {
    /** What is about to be done, and what has been. */
    enum Step {
        READY,
        OPENED,
        PREPARING,
        PREPARED,
        WRITING,
        WROTE,
        COMMITTING,
        COMMITTED,
        VIEWING,
        VIEWED,
        REMOVING,
        REMOVED,
        FAILED
    }

    ChurnReport {
        names = List.copyOf(names);
    }

    static ChurnReport of(Step step, String... names) {
        return new ChurnReport(step, List.of(names));
    }

    static ChurnReport parse(String line) {
        List<String> words = List.of(line.split(" ", -1));
        return new ChurnReport(Step.valueOf(words.get(0).toUpperCase(Locale.ROOT)), words.subList(1, words.size()));
    }

    String name() {
        return names.get(0);
    }

    @Override
    public String toString() {
        String word = step.name().toLowerCase(Locale.ROOT);
        return names.isEmpty() ? word : word + " " + String.join(" ", names);
    }
}
