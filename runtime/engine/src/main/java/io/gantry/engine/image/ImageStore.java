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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which images there are and what they are called. */
final class ImageStore {
    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);

    private final StateDatabase state;
    private final ContentStore content;
    private final Documents<StoredImage> documents;
    private final Documents<Name> names;
    private final Map<String, Held> byId = new ConcurrentHashMap<>();
    private final Map<String, StoredImage> unreadable = new ConcurrentHashMap<>();
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
        documents.all().values().forEach(this::restore);
        byName.putAll(names.all());
    }

    /** One image whose content is damaged must not keep the others from being used. */
    private void restore(StoredImage stored) {
        try {
            byId.put(stored.id(), new Held(stored, stored.read(content)));
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("image {} is left out, because its content cannot be read; load it again", stored.id(), e);
            unreadable.put(stored.id(), stored);
        }
    }

    /**
     * A name that was taken from another image.
     *
     * @param name the name
     * @param from the id of the image that had it
     */
    record Renamed(Reference name, String from) {}

    /** Records an image and gives it names, as one transaction; tells which names other images had. */
    synchronized List<Renamed> add(Image image, List<Reference> given) {
        StoredImage stored = Optional.ofNullable(byId.get(image.id().toString()))
                .map(Held::stored)
                .orElseGet(() -> StoredImage.of(image));
        List<Renamed> renamed = given.stream()
                .flatMap(name -> byName(name).stream()
                        .filter(other -> !other.stored().id().equals(stored.id()))
                        .map(other -> new Renamed(name, other.stored().id())))
                .toList();
        Name entry = new Name(stored.id(), Instant.now());
        state.transaction(() -> {
            documents.put(stored.id(), stored);
            given.forEach(name -> names.put(name.toString(), entry));
        });
        byId.put(stored.id(), new Held(stored, stored.image(image.config())));
        unreadable.remove(stored.id());
        given.forEach(name -> byName.put(name.toString(), entry));
        return renamed;
    }

    /** Gives an image another name. */
    synchronized void name(String imageId, Reference name) {
        Held held = byId(imageId).orElseThrow(() -> EngineException.notFound("No such image: " + imageId));
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

    /** Forgets an image, with names that it was given meanwhile. */
    synchronized void delete(String imageId) {
        List<Reference> left = namesOf(imageId);
        state.transaction(() -> {
            left.forEach(name -> names.delete(name.toString()));
            documents.delete(imageId);
        });
        left.forEach(name -> byName.remove(name.toString()));
        byId.remove(imageId);
    }

    /** Images whose configuration could not be read. */
    List<StoredImage> unreadable() {
        return List.copyOf(unreadable.values());
    }

    /** Names that lead to no image, not even to one that could not be read. */
    List<Reference> danglingNames() {
        return byName.entrySet().stream()
                .filter(entry -> !byId.containsKey(entry.getValue().imageId())
                        && !unreadable.containsKey(entry.getValue().imageId()))
                .map(entry -> Reference.parse(entry.getKey()))
                .sorted(Comparator.naturalOrder())
                .toList();
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

    /** Every blob that an image needs, also one that could not be read: it may be by the next start. */
    Set<Digest> live() {
        Set<Digest> live = new TreeSet<>();
        unreadable.values().forEach(stored -> live.addAll(stored.blobs()));
        byId.values().forEach(held -> live.addAll(held.image().blobs()));
        return live;
    }

    /** The chain ids of all images. */
    List<Digest> chainIds() {
        return byId.values().stream()
                .flatMap(held -> held.image().chainIds().stream())
                .distinct()
                .toList();
    }
}
