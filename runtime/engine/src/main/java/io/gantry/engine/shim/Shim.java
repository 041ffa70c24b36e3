package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/**
 * A container held by conmon.
 *
 * @param containerId its id
 * @param bundle its bundle
 * @param init its first process
 * @param conmon what holds it
 */
public record Shim(String containerId, Path bundle, ProcessId init, ProcessId conmon) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FILE = "shim.json";

    /** Refuses nulls. */
    public Shim {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(bundle, "bundle");
        Objects.requireNonNull(init, "init");
        Objects.requireNonNull(conmon, "conmon");
    }

    /** The socket to attach to. */
    Path attachSocket() {
        return bundle.resolve("attach");
    }

    /** The pipe that takes the terminal's size. */
    Path control() {
        return bundle.resolve("ctl");
    }

    /** There when the kernel killed a process of it for lack of memory. */
    Path oomMark() {
        return bundle.resolve("oom");
    }

    /** Where the OCI runtime writes its log. */
    static Path runtimeLog(Path bundle) {
        return bundle.resolve("oci-log");
    }

    /** What was saved in a bundle; empty if its container was never made. */
    static Optional<Shim> load(String containerId, Path bundle) {
        Path file = bundle.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Ids ids = JSON.readValue(file.toFile(), Ids.class);
            return Optional.of(new Shim(containerId, bundle, ids.init(), ids.conmon()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    void save() {
        Path file = bundle.resolve(FILE);
        Path draft = bundle.resolve(FILE + ".new");
        try {
            Files.write(draft, JSON.writeValueAsBytes(new Ids(init, conmon)));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private record Ids(ProcessId init, ProcessId conmon) {}
}
