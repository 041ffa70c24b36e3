package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import io.gantry.engine.image.ImageStore.Held;
import io.gantry.image.Digest;
import io.gantry.image.Reference;
import java.util.List;
import java.util.Optional;

/** Finds images by what users call them: a name, a name with a digest, an id, or the beginning of an id. */
final class ImageLookup {
    private static final String ALGORITHM = "sha256:";
    private static final int ID_DIGITS = 64;

    private final ImageStore store;

    ImageLookup(ImageStore store) {
        this.store = store;
    }

    /**
     * What was found.
     *
     * @param held the image
     * @param names which of its names were meant; empty if it was called by its id
     */
    record Found(Held held, List<Reference> names) {
        Found {
            names = List.copyOf(names);
        }
    }

    /** An image; {@code No such image: …} if there is none, or if several ids begin like that. */
    Found find(String ref) {
        return wholeId(ref)
                .or(() -> byName(ref))
                .or(() -> byPrefix(ref))
                .orElseThrow(() -> EngineException.notFound("No such image: " + shown(ref)));
    }

    private Optional<Found> wholeId(String ref) {
        return isWholeId(ref)
                ? store.byId(ALGORITHM + digits(ref)).map(held -> new Found(held, List.of()))
                : Optional.empty();
    }

    private Optional<Found> byName(String ref) {
        if (isWholeId(ref)) {
            return Optional.empty();
        }
        Reference name = parse(ref);
        return name.digest().isPresent() ? byDigest(name, name.digest().get()) : byTag(name.orLatest());
    }

    private Optional<Found> byTag(Reference name) {
        return store.byName(name).map(held -> new Found(held, List.of(name)));
    }

    /** Every name in a repository of an image means it by its digest, too. */
    private Optional<Found> byDigest(Reference name, Digest digest) {
        for (Held held : store.all()) {
            boolean same = held.image().manifest().digest().equals(digest)
                    || held.image().id().equals(digest);
            List<Reference> meant = store.namesOf(held.stored().id()).stream()
                    .filter(other -> other.name().equals(name.name()))
                    .toList();
            if (same && !meant.isEmpty()) {
                return Optional.of(new Found(held, meant));
            }
        }
        return Optional.empty();
    }

    private Optional<Found> byPrefix(String ref) {
        if (!ref.matches("(sha256:)?[0-9a-f]{1,64}")) {
            return Optional.empty();
        }
        String prefix = ALGORITHM + digits(ref);
        List<Held> found = store.all().stream()
                .filter(held -> held.stored().id().startsWith(prefix))
                .toList();
        return found.size() == 1 ? Optional.of(new Found(found.get(0), List.of())) : Optional.empty();
    }

    private static boolean isWholeId(String ref) {
        return digits(ref).length() == ID_DIGITS && ref.matches("(sha256:)?[0-9a-f]{64}");
    }

    private static String digits(String ref) {
        return ref.startsWith(ALGORITHM) ? ref.substring(ALGORITHM.length()) : ref;
    }

    /** As Docker shows what it did not find. */
    private static String shown(String ref) {
        return isWholeId(ref) ? ALGORITHM + digits(ref) : parse(ref).orLatest().familiar();
    }

    /** A name as a user writes it. */
    static Reference parse(String text) {
        try {
            return Reference.parse(text);
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
    }

    /** A name to be given to an image, with the tag {@code latest} if it has none. */
    static Reference parseTag(String text) {
        Reference name = parse(text);
        if (name.digest().isPresent()) {
            throw new EngineException(EngineException.Kind.INVALID, "refusing to create a tag with a digest reference");
        }
        if (name.familiarName().equals("sha256")) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "refusing to create an ambiguous tag using digest algorithm as name");
        }
        return name.orLatest();
    }
}
