package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Reference;
import io.gantry.image.store.ContentStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Which images there are and what they are called. */
final class ImageStore {
    private final StateDatabase state;
    private final ContentStore content;
    private final Documents<StoredImage> documents;
    private final Documents<Name> names;
    private final Map<String, Held> byId = new ConcurrentHashMap<>();
    private final Map<String, Name> byName = new ConcurrentHashMap<>();

    /**
     * A name of an image.
     *
     * @param imageId what it means
     * @param given when it was given
     */
    record Name(String imageId, Instant given) {}

    /**
     * An image in memory.
     *
     * @param stored as the database keeps it
     * @param image with its configuration
     */
    record Held(StoredImage stored, Image image) {}

    ImageStore(StateDatabase state, ContentStore content) {
        this.state = state;
        this.content = content;
        this.documents = state.documents("image", StoredImage.class);
        this.names = state.documents("image-name", Name.class);
        documents.all().forEach((id, stored) -> byId.put(id, held(stored)));
        byName.putAll(names.all());
    }

    private Held held(StoredImage stored) {
        try {
            return new Held(stored, stored.read(content));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot read the image " + stored.id() + ": " + e.getMessage()
                            + "; remove the data root's database, or put the content back",
                    e);
        }
    }

    /** Records an image and gives it names, as one transaction. */
    synchronized void add(Image image, List<Reference> given) {
        StoredImage stored = Optional.ofNullable(byId.get(image.id().toString()))
                .map(Held::stored)
                .orElseGet(() -> StoredImage.of(image, sizeOf(image)));
        state.transaction(() -> {
            documents.put(stored.id(), stored);
            given.forEach(name -> names.put(name.toString(), new Name(stored.id(), Instant.now())));
        });
        byId.put(stored.id(), new Held(stored, image));
        given.forEach(name -> byName.put(name.toString(), new Name(stored.id(), Instant.now())));
    }

    synchronized void name(String imageId, Reference name) {
        Held held = byId.get(imageId);
        StoredImage tagged = held.stored().taggedNow();
        Name entry = new Name(imageId, tagged.lastTagged());
        state.transaction(() -> {
            documents.put(imageId, tagged);
            names.put(name.toString(), entry);
        });
        byId.put(imageId, new Held(tagged, held.image()));
        byName.put(name.toString(), entry);
    }

    synchronized void unname(Reference name) {
        names.delete(name.toString());
        byName.remove(name.toString());
    }

    synchronized void delete(String imageId) {
        documents.delete(imageId);
        byId.remove(imageId);
    }

    List<Held> all() {
        return List.copyOf(byId.values());
    }

    Optional<Held> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<Held> byName(Reference name) {
        return Optional.ofNullable(byName.get(name.toString())).flatMap(entry -> byId(entry.imageId()));
    }

    /** The names of an image, sorted. */
    List<Reference> namesOf(String imageId) {
        return byName.entrySet().stream()
                .filter(entry -> entry.getValue().imageId().equals(imageId))
                .map(entry -> Reference.parse(entry.getKey()))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    /** Every blob that an image needs. */
    Set<Digest> live() {
        Set<Digest> live = new TreeSet<>();
        byId.values().forEach(held -> live.addAll(held.image().blobs()));
        return live;
    }

    private static long sizeOf(Image image) {
        return image.layers().stream().mapToLong(layer -> layer.blob().size()).sum();
    }
}
