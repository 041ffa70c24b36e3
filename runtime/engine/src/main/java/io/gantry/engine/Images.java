package io.gantry.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Images. */
public interface Images {
    /**
     * An image.
     *
     * @param id {@code sha256:…} of its configuration
     * @param tags its names, familiar form: {@code busybox:latest}
     * @param repoDigests its names by digest
     * @param created when it was built
     * @param size bytes of its layers, unpacked
     * @param architecture such as {@code amd64}
     * @param os such as {@code linux}
     * @param configJson the configuration as it came, byte for byte
     * @param diffIds of its layers, the lowest first
     * @param lastTagged when a name was last given to it
     */
    record Image(
            String id,
            List<String> tags,
            List<String> repoDigests,
            Instant created,
            long size,
            String architecture,
            String os,
            String configJson,
            List<String> diffIds,
            Instant lastTagged) {}

    /** What became of a reference or an image: exactly one of both is given. */
    record Deletion(Optional<String> untagged, Optional<String> deleted) {}

    /**
     * A line of an image's history.
     *
     * @param id of the image, or {@code <missing>}
     * @param created when
     * @param createdBy what made it
     * @param tags names of the image
     * @param size bytes
     * @param comment free text
     */
    record HistoryEntry(String id, Instant created, String createdBy, List<String> tags, long size, String comment) {}

    /** All images, the youngest first. */
    List<Image> list();

    /** One image, by name, id or digest. {@code No such image: …} if there is none. */
    Image find(String ref);

    /**
     * Reads an archive: docker-archive or OCI layout, plain, gzip or zstd.
     *
     * @param progress gets lines for the user: {@code Loaded image: busybox:latest}
     */
    List<String> load(InputStream archive, Consumer<String> progress);

    /** Writes images as an archive that {@code docker load} reads. */
    void save(List<String> refs, OutputStream out);

    /**
     * Makes an image of a root file system archive.
     *
     * @param ref the name to give; empty for none
     * @param message kept in the history
     * @param changes Dockerfile instructions, such as {@code CMD ["sh"]}
     * @param platform {@code os/arch[/variant]}; empty for this machine's
     * @return the image's id
     */
    String importRootFs(
            InputStream archive, Optional<String> ref, String message, List<String> changes, Optional<String> platform);

    /** Gives an image another name. */
    void tag(String ref, String repository, String tag);

    /** Takes a name away, and the image with its last one. */
    List<Deletion> remove(String ref, boolean force, boolean noPrune);

    /** How an image was made, the youngest line first. */
    List<HistoryEntry> history(String ref);

    /** Removes images that no name and no container needs: dangling ones, or all. */
    List<Deletion> prune(boolean danglingOnly, Map<String, List<String>> filters);
}
