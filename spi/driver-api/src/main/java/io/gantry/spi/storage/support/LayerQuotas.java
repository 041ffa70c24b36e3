package io.gantry.spi.storage.support;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.QuotaController;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Bounds on layers that are directories, by the project quotas of the file system beneath. Every layer gets a project of its own when its directory is still empty, so that it can be
 * limited at any time later. The number is one of the layer's notes in the catalogue. Thread-safe.
 */
public final class LayerQuotas implements QuotaController {
    private static final String PROJECT = "quota.project";

    private final LayerCatalog catalog;
    private final Projects projects;

    /** The file system's part, as a driver reaches it. Failures are the SPI's exceptions. */
    public interface Projects {
        /** Puts an empty directory under a project that nothing else is under, and says which. */
        long assign(Path directory);

        /** Limits a project in bytes; 0 lifts the limit. */
        void limit(long project, long bytes);

        /** The limit of a project in bytes; 0 for none. */
        long limit(long project);
    }

    /** Quotas for the layers of a catalogue. */
    public LayerQuotas(LayerCatalog catalog, Projects projects) {
        this.catalog = catalog;
        this.projects = projects;
    }

    /**
     * Prepares the empty directory of a new layer.
     *
     * @param bytes its limit
     * @return notes for {@link LayerCatalog.Draft#with}
     */
    public Map<String, String> begin(Path directory, Optional<Long> bytes) {
        long project = projects.assign(directory);
        bytes.ifPresent(limit -> projects.limit(project, positive(limit, "limit a new layer in " + directory)));
        return Map.of(PROJECT, Long.toString(project));
    }

    /** Lifts the limit of a layer that is gone, so that its project may be used again. */
    public void end(Map<String, String> notes) {
        project(notes).filter(project -> projects.limit(project) != 0).ifPresent(project -> projects.limit(project, 0));
    }

    @Override
    public Optional<Long> limit(LayerId id) {
        return project(catalog.require(id, "read the limit of layer " + id).attributes())
                .map(projects::limit)
                .filter(bytes -> bytes != 0);
    }

    @Override
    public void limit(LayerId id, long bytes) {
        String attempted = "limit layer " + id + " to " + bytes + " bytes";
        positive(bytes, attempted);
        LayerRecord layer = catalog.requireActive(id, attempted);
        long project = project(layer.attributes())
                .orElseThrow(() -> new UnsupportedException(new Problem(
                        attempted,
                        "the layer was made while the file system had no project quotas",
                        "make a new layer")));
        projects.limit(project, bytes);
    }

    private static long positive(long bytes, String attempted) {
        if (bytes <= 0) {
            throw new InvalidArgumentException(
                    new Problem(attempted, "a limit is positive", "give a size such as 10g"));
        }
        return bytes;
    }

    private static Optional<Long> project(Map<String, String> notes) {
        return Optional.ofNullable(notes.get(PROJECT)).map(Long::valueOf);
    }
}
