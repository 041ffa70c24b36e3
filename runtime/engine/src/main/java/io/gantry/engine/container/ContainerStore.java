package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.name.ContainerNames;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All containers, by id and by name. */
final class ContainerStore {
    private final Documents<StoredContainer> documents;
    private final Map<String, Entry> byId = new ConcurrentHashMap<>();
    private final Map<String, String> idByName = new ConcurrentHashMap<>();
    private final ContainerNames names;

    ContainerStore(StateDatabase state, ContainerNames names) {
        this.documents = state.documents("container", StoredContainer.class);
        this.names = names;
        documents.all().forEach((id, stored) -> {
            byId.put(id, new Entry(documents, stored));
            idByName.put(stored.container().name(), id);
        });
    }

    /** Takes a name for a container: the wanted one, or one made up. */
    String reserve(Optional<String> wanted, String id) {
        if (wanted.isEmpty()) {
            String name;
            do {
                name = names.makeUp(idByName::containsKey);
            } while (idByName.putIfAbsent(name, id) != null);
            return name;
        }
        String name = ContainerNames.check(wanted.get());
        String owner = idByName.putIfAbsent(name, id);
        if (owner != null) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "Conflict. The container name \"/" + name + "\" is already in use by container \"" + owner
                            + "\". You have to remove (or rename) that container to be able to reuse that name.");
        }
        return name;
    }

    void releaseName(String name) {
        idByName.remove(name);
    }

    Entry add(StoredContainer stored) {
        String id = stored.container().id();
        documents.put(id, stored);
        Entry entry = new Entry(documents, stored);
        byId.put(id, entry);
        return entry;
    }

    /** Forgets a container. Those who wait for that are told by {@link Entry#gone}. */
    void remove(Entry entry) {
        entry.forget();
        byId.remove(entry.id());
        idByName.remove(entry.container().name(), entry.id());
    }

    Optional<Entry> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The container that has a name now. */
    Optional<Entry> named(String name) {
        return Optional.ofNullable(idByName.get(name)).flatMap(this::byId);
    }

    /** The container that an id, the beginning of one, or a name means. */
    Entry find(String ref) {
        String name = ref.startsWith("/") ? ref.substring(1) : ref;
        Entry exact = byId.get(ref);
        if (exact == null && idByName.containsKey(name)) {
            exact = byId.get(idByName.get(name));
        }
        if (exact != null) {
            return exact;
        }
        List<Entry> found = ref.isEmpty()
                ? List.of()
                : byId.values().stream()
                        .filter(entry -> entry.id().startsWith(ref))
                        .toList();
        if (found.size() > 1) {
            throw new EngineException(EngineException.Kind.INVALID, "Multiple IDs found with provided prefix: " + ref);
        }
        return found.stream().findFirst().orElseThrow(() -> EngineException.notFound("No such container: " + ref));
    }

    /** The youngest first. */
    List<Entry> all() {
        return byId.values().stream()
                .sorted(Comparator.comparing((Entry entry) -> entry.container().created())
                        .reversed())
                .toList();
    }

    List<Container> containers() {
        return all().stream()
                .filter(entry -> entry.stored().ready())
                .map(Entry::container)
                .toList();
    }
}
