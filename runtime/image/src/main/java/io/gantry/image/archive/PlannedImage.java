package io.gantry.image.archive;

import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Reference;
import io.gantry.image.store.Ingest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image of an archive that was checked and not yet stored.
 *
 * @param image what it will be
 * @param names its names
 * @param files its content that must be committed, by digest
 */
record PlannedImage(Image image, List<Reference> names, Map<Digest, Ingest> files) {
    PlannedImage {
        names = List.copyOf(names);
        files = Map.copyOf(files);
    }

    PlannedImage withNames(List<Reference> more) {
        List<Reference> all = new ArrayList<>(names);
        more.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return new PlannedImage(image, all, files);
    }

    void commit() throws IOException {
        for (Map.Entry<Digest, Ingest> file : files.entrySet()) {
            file.getValue().commit(Optional.of(file.getKey()));
        }
    }
}
