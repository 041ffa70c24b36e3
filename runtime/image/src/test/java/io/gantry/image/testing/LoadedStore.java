package io.gantry.image.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageSink;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.image.archive.ArchiveLoader;
import io.gantry.image.store.ContentStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A content store with what was loaded into it. */
public final class LoadedStore implements ImageSink {
    public static final Platform AMD64 = new Platform("linux", "amd64", Optional.empty());

    private final Path root;
    private final ContentStore store;
    private final Map<Digest, Image> images = new LinkedHashMap<>();
    private final Map<String, Digest> names = new LinkedHashMap<>();

    public LoadedStore(Path root) throws IOException {
        this.root = root;
        this.store = ContentStore.open(root);
    }

    public ContentStore store() {
        return store;
    }

    public List<ArchiveLoader.Loaded> load(byte[] archive) throws IOException {
        return new ArchiveLoader(store).load(new ByteArrayInputStream(archive), AMD64, this);
    }

    @Override
    public void accept(Image image, List<Reference> given) {
        assertThat(image.blobs()).as("content is there when the image is told").allMatch(store::contains);
        images.put(image.id(), image);
        given.forEach(name -> names.put(name.familiar(), image.id()));
    }

    public Image image(Digest id) {
        return images.get(id);
    }

    public List<Digest> ids() {
        return List.copyOf(images.keySet());
    }

    public Map<String, Digest> names() {
        return names;
    }

    /** Every file below the store's root. */
    public List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return new ArrayList<>(all.filter(Files::isRegularFile).toList());
        }
    }

    /** Fails if there is more or less in the store than its images need, or anything half-written. */
    public void assertHoldsJustItsImages() throws IOException {
        List<Digest> needed = images.values().stream()
                .flatMap(image -> image.blobs().stream())
                .distinct()
                .toList();
        assertThat(store.list()).containsExactlyInAnyOrderElementsOf(needed);
        assertThat(files()).hasSize(needed.size());
        for (Digest blob : needed) {
            store.verify(blob);
        }
    }
}
