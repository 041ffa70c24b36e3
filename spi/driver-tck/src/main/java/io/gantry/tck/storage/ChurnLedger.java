package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must, may and must not be there after a {@link LayerChurn} was killed, as far as it told. Not thread-safe. */
final class ChurnLedger {
    /** How much of a layer's own content is there for sure. */
    enum Content {
        NONE,
        SOME,
        ALL
    }

    private enum Presence {
        SURE,
        MAYBE,
        GONE
    }

    private record Entry(Kind kind, Optional<String> parent, Presence presence, Content content) {
        Entry now(Presence other) {
            return new Entry(kind, parent, other, content);
        }

        Entry now(Content other) {
            return new Entry(kind, parent, presence, other);
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    /** Of commits that were under way: the layer as it was and as it would be, of which one is there. */
    private final Map<String, String> commits = new HashMap<>();

    private final Set<String> fresh = new HashSet<>();

    /** Notes a layer that is there. */
    void holds(String committed, Optional<String> parent) {
        entries.put(committed, new Entry(Kind.COMMITTED, parent, Presence.SURE, Content.ALL));
    }

    /** Notes that a layer was removed. */
    void forget(String name) {
        entries.remove(name);
    }

    void hear(ChurnReport report) {
        if (report.names().isEmpty()) {
            return;
        }
        String name = report.name();
        switch (report.step()) {
            case PREPARING -> entries.put(name, new Entry(Kind.ACTIVE, second(report), Presence.MAYBE, Content.NONE));
            case VIEWING -> entries.put(name, new Entry(Kind.VIEW, second(report), Presence.MAYBE, Content.NONE));
            case PREPARED, VIEWED -> entries.computeIfPresent(name, (key, entry) -> entry.now(Presence.SURE));
            case WRITING -> entries.computeIfPresent(name, (key, entry) -> entry.now(Content.SOME));
            case WROTE -> entries.computeIfPresent(name, (key, entry) -> entry.now(Content.ALL));
            case REMOVING -> entries.computeIfPresent(name, (key, entry) -> entry.now(Presence.MAYBE));
            case REMOVED -> entries.computeIfPresent(name, (key, entry) -> entry.now(Presence.GONE));
            case COMMITTING -> {
                String parent = report.names().get(2);
                entries.computeIfPresent(name, (key, entry) -> entry.now(Presence.MAYBE));
                commits.put(name, report.names().get(1));
                entries.put(
                        report.names().get(1),
                        new Entry(Kind.COMMITTED, Optional.of(parent), Presence.MAYBE, Content.ALL));
            }
            case COMMITTED -> {
                commits.remove(name);
                entries.computeIfPresent(name, (key, entry) -> entry.now(Presence.GONE));
                entries.computeIfPresent(report.names().get(1), (key, entry) -> entry.now(Presence.SURE));
                fresh.add(report.names().get(1));
            }
            default -> throw new IllegalStateException("a report that nobody expects: " + report);
        }
    }

    /** Compares with what is listed, and takes that for what is there. */
    void settle(List<LayerInfo> listed) {
        Map<String, LayerInfo> found = new HashMap<>();
        listed.forEach(layer -> found.put(layer.id().value(), layer));
        entries.forEach((name, entry) -> {
            if (entry.presence() == Presence.SURE) {
                assertThat(found)
                        .as("what is listed, among it %s, which was there", name)
                        .containsKey(name);
            } else if (entry.presence() == Presence.GONE) {
                assertThat(found)
                        .as("what is listed, without %s, which was gone", name)
                        .doesNotContainKey(name);
            }
        });
        commits.forEach((active, committed) -> assertThat(found.containsKey(active) ^ found.containsKey(committed))
                .as("%s is there, or %s as which it was committed", active, committed)
                .isTrue());
        commits.clear();
        found.forEach((name, layer) -> {
            Entry entry = entries.get(name);
            assertThat(entry).as("%s is a layer that somebody made", name).isNotNull();
            assertThat(layer.kind()).as("the kind of %s", name).isEqualTo(entry.kind());
            assertThat(layer.parent().map(LayerId::value))
                    .as("the parent of %s", name)
                    .isEqualTo(entry.parent());
            if (entry.presence() == Presence.MAYBE) {
                fresh.add(name);
            }
            entries.put(name, entry.now(Presence.SURE));
        });
        entries.keySet().retainAll(found.keySet());
        fresh.retainAll(found.keySet());
    }

    Content content(String name) {
        return entries.get(name).content();
    }

    /** What a layer stands on, the nearest first. */
    List<String> beneath(String name) {
        List<String> names = new ArrayList<>();
        Optional<String> next = entries.get(name).parent();
        while (next.isPresent()) {
            names.add(next.get());
            next = entries.get(next.get()).parent();
        }
        return names;
    }

    /** Whether a committed layer came up since this was last asked. */
    boolean isFresh(String name) {
        return fresh.remove(name);
    }

    private static Optional<String> second(ChurnReport report) {
        return Optional.of(report.names().get(1)).filter(parent -> !parent.equals("-"));
    }
}
