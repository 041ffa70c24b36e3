package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import io.gantry.engine.Images.Deletion;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageService.User;
import io.gantry.engine.image.ImageStore.Held;
import io.gantry.engine.name.Ids;
import io.gantry.engine.name.PruneFilter;
import io.gantry.image.Digest;
import io.gantry.image.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes names and images away, by Docker's rules about who may still need them. */
final class ImageRemoval {
    private final ImageStore store;
    private final ImageLookup lookup;
    private final EventLog events;
    private final Function<String, List<User>> users;
    private final Consumer<List<Digest>> unused;

    /**
     * @param users the containers made of an image, by its id
     * @param unused told the chain ids of an image that is gone
     */
    ImageRemoval(
            ImageStore store,
            ImageLookup lookup,
            EventLog events,
            Function<String, List<User>> users,
            Consumer<List<Digest>> unused) {
        this.store = store;
        this.lookup = lookup;
        this.events = events;
        this.users = users;
        this.unused = unused;
    }

    synchronized List<Deletion> remove(String ref, boolean force) {
        ImageLookup.Found found = lookup.find(ref);
        String id = found.held().stored().id();
        List<Reference> names = store.namesOf(id);
        return found.names().isEmpty()
                ? removeById(id, names, force)
                : removeByName(ref, id, found.names(), names, force);
    }

    /** Only where no other name is left does the image go, too; a container that uses it keeps it, without a name, if that is forced. */
    private List<Deletion> removeByName(
            String ref, String id, List<Reference> meant, List<Reference> names, boolean force) {
        boolean last = names.size() == meant.size();
        List<User> of = users.apply(id);
        if (last && !force && !of.isEmpty()) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "conflict: unable to remove repository reference \"" + ref + "\" (must force) - container "
                            + Ids.shortForm(of.get(0).id()) + " is using its referenced image " + shortForm(id));
        }
        List<Deletion> done = new ArrayList<>();
        meant.forEach(name -> done.add(untag(id, name)));
        if (last && of.stream().noneMatch(User::running)) {
            delete(id, done);
        }
        return done;
    }

    private List<Deletion> removeById(String id, List<Reference> names, boolean force) {
        List<User> of = users.apply(id);
        Optional<User> running = of.stream().filter(User::running).findFirst();
        if (running.isPresent()) {
            throw conflict(id, "cannot be forced", "image is being used by running container", running.get());
        }
        if (names.size() > 1 && !force) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "conflict: unable to delete " + shortForm(id)
                            + " (must be forced) - image is referenced in multiple repositories");
        }
        if (!of.isEmpty() && !force) {
            throw conflict(id, "must be forced", "image is being used by stopped container", of.get(0));
        }
        List<Deletion> done = new ArrayList<>();
        names.forEach(name -> done.add(untag(id, name)));
        delete(id, done);
        return done;
    }

    private static EngineException conflict(String id, String force, String reason, User user) {
        return new EngineException(
                EngineException.Kind.CONFLICT,
                "conflict: unable to delete " + shortForm(id) + " (" + force + ") - " + reason + " "
                        + Ids.shortForm(user.id()));
    }

    synchronized List<Deletion> prune(boolean danglingOnly, Map<String, List<String>> filters) {
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
                delete(id, done);
            }
        }
        return done;
    }

    private Deletion untag(String id, Reference name) {
        store.unname(name);
        events.publish("image", "untag", id, Map.of("name", id));
        return new Deletion(Optional.of(name.familiar()), Optional.empty());
    }

    /** Layers that a stopped container or another image stands on stay, and are not told. */
    private void delete(String id, List<Deletion> done) {
        Optional<Held> held = store.byId(id);
        if (held.isEmpty()) {
            return;
        }
        List<Digest> chains = new ArrayList<>(held.get().image().chainIds());
        boolean stoodOn = !users.apply(id).isEmpty();
        store.delete(id);
        unused.accept(List.copyOf(chains));
        events.publish("image", "delete", id, Map.of("name", id));
        done.add(new Deletion(Optional.empty(), Optional.of(id)));
        if (!stoodOn) {
            chains.removeAll(store.chainIds());
            Collections.reverse(chains);
            chains.forEach(chain -> done.add(new Deletion(Optional.empty(), Optional.of(chain.toString()))));
        }
    }

    private static String shortForm(String id) {
        return Ids.shortForm(id.replace("sha256:", ""));
    }
}
