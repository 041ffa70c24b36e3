package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageStore.Held;
import io.gantry.engine.state.StateDatabase;
import io.gantry.image.ContainerDefaults;
import io.gantry.image.Digest;
import io.gantry.image.History;
import io.gantry.image.ImageFormatException;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.image.archive.ArchiveLoader;
import io.gantry.image.archive.ArchiveSaver;
import io.gantry.image.archive.RootfsImporter;
import io.gantry.image.store.ContentStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images. */
public final class ImageService implements Images {
    private static final Logger LOG = LoggerFactory.getLogger(ImageService.class);

    private final ContentStore content;
    private final ImageStore store;
    private final EventLog events;
    private final ImageLookup lookup;
    private final ImageRemoval removal;
    private volatile Function<String, List<User>> users = id -> List.of();
    private volatile Consumer<List<Digest>> unused = chainIds -> {};

    /**
     * A container that needs an image.
     *
     * @param id of the container
     * @param imageRef what its user called the image
     * @param running whether it runs
     */
    public record User(String id, String imageRef, boolean running) {}

    /** Reads the images of an earlier run. */
    public ImageService(StateDatabase state, ContentStore content, EventLog events) {
        this.content = content;
        this.store = new ImageStore(state, content);
        this.events = events;
        this.lookup = new ImageLookup(store);
        this.removal = new ImageRemoval(store, lookup, events, id -> users.apply(id), chainIds -> {
            unused.accept(chainIds);
            collect();
        });
    }

    /** Names the function that tells which containers need an image. */
    public void users(Function<String, List<User>> function) {
        users = function;
    }

    /** Names what is told the chain ids of an image that was removed. */
    public void unused(Consumer<List<Digest>> listener) {
        unused = listener;
    }

    /** Removes content that no image needs. */
    public void collect() {
        try {
            long freed = content.collect(store::live);
            if (freed > 0) {
                LOG.info("removed {} bytes of content that no image needs", freed);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove content that no image needs", e);
        }
    }

    /** For checks of the storage. */
    public ImageInventory inventory() {
        return new ImageInventory(store, content);
    }

    /** The chain ids of all images. */
    public List<Digest> chainIds() {
        return store.chainIds();
    }

    @Override
    public List<Images.Image> list() {
        return store.all().stream()
                .map(this::shown)
                .sorted(Comparator.comparing(Images.Image::created).reversed().thenComparing(Images.Image::id))
                .toList();
    }

    @Override
    public Images.Image find(String ref) {
        return shown(held(ref));
    }

    /** An image with its configuration and layers. */
    public io.gantry.image.Image image(String ref) {
        return held(ref).image();
    }

    /** Bytes of an image's layers, unpacked; zero if it is gone. */
    public long sizeOf(String id) {
        return store.byId(id).map(held -> held.stored().size()).orElse(0L);
    }

    /** An image by its exact id, if it is there. */
    public Optional<io.gantry.image.Image> imageById(String id) {
        return store.byId(id).map(Held::image);
    }

    @Override
    public List<String> load(InputStream archive, Consumer<String> progress) {
        List<String> ids = new ArrayList<>();
        try {
            new ArchiveLoader(content).load(archive, Platform.host(), (image, names) -> {
                List<ImageStore.Renamed> renamed = store.add(image, names);
                String id = image.id().toString();
                ids.add(id);
                events.publish("image", "load", id, Map.of("name", id));
                if (names.isEmpty()) {
                    progress.accept("Loaded image ID: " + id);
                }
                for (Reference name : names) {
                    renamed.stream().filter(one -> one.name().equals(name)).forEach(one -> progress.accept(said(one)));
                    progress.accept("Loaded image: " + name.familiar());
                }
            });
            return ids;
        } catch (IOException e) {
            throw failure("load the image archive", e);
        } catch (RuntimeException e) {
            collect();
            throw e;
        }
    }

    private static String said(ImageStore.Renamed renamed) {
        return "The image " + renamed.name().familiar() + " already exists, renaming the old one with ID "
                + renamed.from() + " to empty string";
    }

    @Override
    public void save(List<String> refs, OutputStream out) {
        Map<String, List<Reference>> wanted = new LinkedHashMap<>();
        for (String ref : refs) {
            ImageLookup.Found found = lookup.find(ref);
            wanted.computeIfAbsent(found.held().stored().id(), id -> new ArrayList<>())
                    .addAll(found.names());
        }
        List<ArchiveLoader.Loaded> images = wanted.entrySet().stream()
                .map(entry -> new ArchiveLoader.Loaded(
                        store.byId(entry.getKey()).orElseThrow().image(),
                        entry.getValue().stream().distinct().toList()))
                .toList();
        try {
            new ArchiveSaver(content).save(images, out);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "cannot save " + String.join(", ", refs) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String importRootFs(
            InputStream archive,
            Optional<String> ref,
            String message,
            List<String> changes,
            Optional<String> platform) {
        List<Reference> names = ref.filter(text -> !text.isEmpty())
                .map(ImageLookup::parseTag)
                .map(List::of)
                .orElse(List.of());
        ContainerDefaults defaults = ImageChanges.apply(ContainerDefaults.none(), changes);
        RootfsImporter.Request request =
                new RootfsImporter.Request(platform(platform), defaults, message, Instant.now());
        try {
            io.gantry.image.Image image = new RootfsImporter(content).importRootfs(archive, request, names, store::add);
            events.publish(
                    "image",
                    "import",
                    image.id().toString(),
                    Map.of(
                            "name",
                            names.isEmpty()
                                    ? image.id().toString()
                                    : names.get(0).familiar()));
            return image.id().toString();
        } catch (IOException e) {
            throw failure("import the archive", e);
        } catch (RuntimeException e) {
            collect();
            throw e;
        }
    }

    private static Platform platform(Optional<String> given) {
        try {
            return given.filter(text -> !text.isEmpty()).map(Platform::parse).orElseGet(Platform::host);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    @Override
    public void tag(String ref, String repository, String tag) {
        Reference repo = ImageLookup.parseTag(repository);
        Reference name = tag.isEmpty() ? repo : withTag(repo, tag);
        Held held = held(ref);
        store.name(held.stored().id(), name);
        events.publish("image", "tag", held.stored().id(), Map.of("name", name.familiar()));
    }

    private static Reference withTag(Reference repository, String tag) {
        try {
            return repository.withTag(tag);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    @Override
    public List<Deletion> remove(String ref, boolean force, boolean noPrune) {
        return removal.remove(ref, force);
    }

    @Override
    public List<HistoryEntry> history(String ref) {
        Held held = held(ref);
        List<HistoryEntry> lines = new ArrayList<>();
        int layer = 0;
        for (History step : held.image().config().history()) {
            long size = 0;
            if (!step.emptyLayer() && layer < held.stored().layers().size()) {
                size = held.stored().layers().get(layer++).size();
            }
            lines.add(new HistoryEntry(
                    "<missing>",
                    step.created().orElse(Instant.EPOCH),
                    step.createdBy(),
                    List.of(),
                    size,
                    step.comment()));
        }
        Collections.reverse(lines);
        if (!lines.isEmpty()) {
            HistoryEntry top = lines.get(0);
            List<String> tags = store.namesOf(held.stored().id()).stream()
                    .map(Reference::familiar)
                    .toList();
            lines.set(
                    0,
                    new HistoryEntry(
                            held.stored().id(), top.created(), top.createdBy(), tags, top.size(), top.comment()));
        }
        return lines;
    }

    @Override
    public List<Deletion> prune(boolean danglingOnly, Map<String, List<String>> filters) {
        return removal.prune(danglingOnly, filters);
    }

    private Held held(String ref) {
        return lookup.find(ref).held();
    }

    private Images.Image shown(Held held) {
        io.gantry.image.Image image = held.image();
        List<Reference> names = store.namesOf(held.stored().id());
        String manifest = held.stored().manifest().digest();
        return new Images.Image(
                held.stored().id(),
                names.stream().map(Reference::familiar).toList(),
                names.stream()
                        .map(name -> name.familiarName() + "@" + manifest)
                        .distinct()
                        .toList(),
                image.config().created().orElse(Instant.EPOCH),
                held.stored().size(),
                image.config().platform().architecture(),
                image.config().platform().os(),
                new String(image.config().raw(), StandardCharsets.UTF_8),
                image.config().diffIds().stream().map(Digest::toString).toList(),
                held.stored().lastTagged());
    }

    /** What could not be read is told with what to do about it; what of it was stored goes again. */
    private EngineException failure(String attempted, IOException e) {
        collect();
        if (e instanceof ImageFormatException refusal) {
            String remedy = refusal.remedy();
            return new EngineException(
                    EngineException.Kind.INVALID,
                    "cannot " + attempted + ": " + e.getMessage() + (remedy.isEmpty() ? "" : " (" + remedy + ")"),
                    e);
        }
        return new EngineException(EngineException.Kind.SYSTEM, "cannot " + attempted + ": " + e.getMessage(), e);
    }
}
