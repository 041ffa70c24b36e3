package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageStore.Held;
import io.gantry.engine.name.Ids;
import io.gantry.engine.name.PruneFilter;
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
    }

    /** Names the function that tells which containers need an image. */
    public void users(Function<String, List<User>> function) {
        users = function;
    }

    /** Names what is told the chain ids of an image that was removed. */
    public void unused(Consumer<List<Digest>> listener) {
        unused = listener;
    }

    /** Removes content that no image needs. Called at start, when nothing is being loaded. */
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

    /** The chain ids of all images. */
    public List<Digest> chainIds() {
        return store.all().stream()
                .flatMap(held -> held.image().chainIds().stream())
                .distinct()
                .toList();
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
        return store.byId(id).map(held -> held.stored().unpackedSize()).orElse(0L);
    }

    /** An image by its exact id, if it is there. */
    public Optional<io.gantry.image.Image> imageById(String id) {
        return store.byId(id).map(Held::image);
    }

    @Override
    public List<String> load(InputStream archive, Consumer<String> progress) {
        try {
            List<String> ids = new ArrayList<>();
            new ArchiveLoader(content).load(archive, Platform.host(), (image, names) -> {
                store.add(image, names);
                ids.add(image.id().toString());
                events.publish(
                        "image",
                        "load",
                        image.id().toString(),
                        Map.of("name", image.id().toString()));
                if (names.isEmpty()) {
                    progress.accept("Loaded image ID: " + image.id());
                }
                names.forEach(name -> progress.accept("Loaded image: " + name.familiar()));
            });
            return ids;
        } catch (ImageFormatException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "cannot load the image archive: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.SYSTEM, "cannot load the image archive: " + reason(e), e);
        }
    }

    @Override
    public void save(List<String> refs, OutputStream out) {
        Map<String, List<Reference>> wanted = new LinkedHashMap<>();
        for (String ref : refs) {
            Held held = held(ref);
            List<Reference> names = wanted.computeIfAbsent(held.stored().id(), id -> new ArrayList<>());
            byName(ref).ifPresentOrElse(found -> names.add(parse(ref).orLatest()), () -> {});
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
                    EngineException.Kind.SYSTEM, "cannot save " + String.join(", ", refs) + ": " + reason(e), e);
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
                .map(text -> parse(text).orLatest())
                .map(List::of)
                .orElse(List.of());
        ContainerDefaults defaults = ImageChanges.apply(ContainerDefaults.none(), changes);
        RootfsImporter.Request request = new RootfsImporter.Request(
                platform.map(Platform::parse).orElseGet(Platform::host), defaults, message, Instant.now());
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
        } catch (ImageFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "cannot import the archive: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.SYSTEM, "cannot import the archive: " + reason(e), e);
        }
    }

    @Override
    public void tag(String ref, String repository, String tag) {
        Held held = held(ref);
        Reference name =
                parse(tag.isEmpty() ? repository : repository + ":" + tag).orLatest();
        store.name(held.stored().id(), name);
        events.publish("image", "tag", held.stored().id(), Map.of("name", name.familiar()));
    }

    @Override
    public synchronized List<Deletion> remove(String ref, boolean force, boolean noPrune) {
        Held held = held(ref);
        String id = held.stored().id();
        List<Reference> names = store.namesOf(id);
        Optional<Reference> byName =
                isId(ref, id) ? Optional.empty() : Optional.of(parse(ref).orLatest());
        List<Deletion> done = new ArrayList<>();
        if (byName.isPresent() && names.size() > 1) {
            return List.of(untag(id, byName.get()));
        }
        if (byName.isEmpty() && names.size() > 1 && !force) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "conflict: unable to delete " + short12(id)
                            + " (must be forced) - image is referenced in multiple repositories");
        }
        refuseIfUsed(ref, id, force, byName.isPresent());
        names.forEach(name -> done.add(untag(id, name)));
        if (users.apply(id).stream().noneMatch(User::running)) {
            done.addAll(delete(id));
        }
        return done;
    }

    @Override
    public List<HistoryEntry> history(String ref) {
        Held held = held(ref);
        List<HistoryEntry> lines = new ArrayList<>();
        int layer = 0;
        for (History step : held.image().config().history()) {
            long size = 0;
            if (!step.emptyLayer() && layer < held.stored().layers().size()) {
                size = held.stored().layers().get(layer++).blob().size();
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
    public synchronized List<Deletion> prune(boolean danglingOnly, Map<String, List<String>> filters) {
        List<Deletion> done = new ArrayList<>();
        for (Held held : store.all()) {
            String id = held.stored().id();
            List<Reference> names = store.namesOf(id);
            boolean goes = (names.isEmpty() || !danglingOnly)
                    && users.apply(id).isEmpty()
                    && PruneFilter.accepts(
                            filters,
                            held.image().config().created().orElse(Instant.EPOCH),
                            held.image().config().defaults().labels());
            if (goes) {
                names.forEach(name -> done.add(untag(id, name)));
                done.addAll(delete(id));
            }
        }
        return done;
    }

    private void refuseIfUsed(String ref, String id, boolean force, boolean byName) {
        List<User> of = users.apply(id);
        Optional<User> running = of.stream().filter(User::running).findFirst();
        if (running.isPresent() && (!force || !byName)) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    byName
                            ? "conflict: unable to remove repository reference \"" + ref
                                    + "\" (must force) - container "
                                    + Ids.shortForm(running.get().id()) + " is using its referenced image "
                                    + short12(id)
                            : "conflict: unable to delete " + short12(id)
                                    + " (cannot be forced) - image is being used by running container "
                                    + Ids.shortForm(running.get().id()));
        }
        if (!of.isEmpty() && !force) {
            String user = Ids.shortForm(of.get(0).id());
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    byName
                            ? "conflict: unable to remove repository reference \"" + ref
                                    + "\" (must force) - container " + user + " is using its referenced image "
                                    + short12(id)
                            : "conflict: unable to delete " + short12(id)
                                    + " (must be forced) - image is being used by stopped container " + user);
        }
    }

    private Deletion untag(String id, Reference name) {
        store.unname(name);
        events.publish("image", "untag", id, Map.of("name", name.familiar()));
        return new Deletion(Optional.of(name.familiar()), Optional.empty());
    }

    private List<Deletion> delete(String id) {
        io.gantry.image.Image image = store.byId(id).orElseThrow().image();
        store.delete(id);
        unused.accept(image.chainIds());
        collect();
        events.publish("image", "delete", id, Map.of("name", id));
        List<Deletion> done = new ArrayList<>();
        done.add(new Deletion(Optional.empty(), Optional.of(id)));
        List<Digest> chains = new ArrayList<>(image.chainIds());
        chains.removeAll(chainIds());
        Collections.reverse(chains);
        chains.forEach(chain -> done.add(new Deletion(Optional.empty(), Optional.of(chain.toString()))));
        return done;
    }

    private Held held(String ref) {
        return byName(ref)
                .or(() -> byId(ref))
                .orElseThrow(() -> EngineException.notFound("No such image: " + withTag(ref)));
    }

    private Optional<Held> byName(String ref) {
        try {
            Reference name = Reference.parse(ref);
            if (name.digest().isPresent()) {
                return byDigest(name);
            }
            return store.byName(name.orLatest());
        } catch (IllegalArgumentException e) {
            if (looksLikeId(ref)) {
                return Optional.empty();
            }
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    private Optional<Held> byDigest(Reference name) {
        String digest = name.digest().orElseThrow().toString();
        return store.all().stream()
                .filter(held -> held.stored().manifest().digest().equals(digest)
                        || held.stored().id().equals(digest))
                .findFirst();
    }

    private Optional<Held> byId(String ref) {
        if (!looksLikeId(ref)) {
            return Optional.empty();
        }
        String hex = ref.startsWith("sha256:") ? ref.substring(7) : ref;
        List<Held> found = store.all().stream()
                .filter(held -> held.stored().id().startsWith("sha256:" + hex))
                .toList();
        if (found.size() > 1) {
            throw new EngineException(EngineException.Kind.INVALID, "ambiguous image reference: " + ref);
        }
        return found.stream().findFirst();
    }

    private boolean isId(String ref, String id) {
        String hex = ref.startsWith("sha256:") ? ref.substring(7) : ref;
        return looksLikeId(ref)
                && id.startsWith("sha256:" + hex)
                && (ref.startsWith("sha256:")
                        || ref.length() == 64
                        || byName(ref).isEmpty());
    }

    private static boolean looksLikeId(String ref) {
        return ref.matches("(sha256:)?[0-9a-f]{1,64}");
    }

    private static String withTag(String ref) {
        try {
            return Reference.parse(ref).orLatest().familiar();
        } catch (IllegalArgumentException e) {
            return ref;
        }
    }

    private static Reference parse(String text) {
        try {
            return Reference.parse(text);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
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
                held.stored().unpackedSize(),
                image.config().platform().architecture(),
                image.config().platform().os(),
                new String(image.config().raw(), StandardCharsets.UTF_8),
                image.config().diffIds().stream().map(Digest::toString).toList(),
                held.stored().lastTagged());
    }

    private static String short12(String id) {
        return Ids.shortForm(id.replace("sha256:", ""));
    }

    private static String reason(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("No space left") ? "no space left on device; free some, or use another data root" : text;
    }
}
