package io.gantry.engine.catalogue;

import io.gantry.spi.ApiVersion;
import io.gantry.spi.OptionSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A driver that a plug-in provides, or a plug-in (or part of one) that had to be left out.
 *
 * @param kind empty if it broke before that was known
 * @param name the name users select it by; empty if it broke before that was known
 * @param source the JAR or folder on the plug-in path
 * @param apiVersion the version of the SPI it was made for; empty if it broke before that was known
 * @param description one line, possibly empty
 * @param priority see {@link io.gantry.spi.DriverProvider#priority}
 * @param options what the driver understands
 * @param status whether it can be used
 */
public record CatalogueEntry(
        Optional<DriverKind> kind,
        Optional<String> name,
        Path source,
        Optional<ApiVersion> apiVersion,
        String description,
        int priority,
        List<OptionSpec> options,
        EntryStatus status) {
    /** Copies the options. */
    public CatalogueEntry {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(apiVersion, "apiVersion");
        Objects.requireNonNull(description, "description");
        options = List.copyOf(options);
        Objects.requireNonNull(status, "status");
    }

    static CatalogueEntry broken(Path source, EntryStatus.Broken why) {
        return new CatalogueEntry(Optional.empty(), Optional.empty(), source, Optional.empty(), "", 0, List.of(), why);
    }

    static CatalogueEntry broken(DriverKind kind, Path source, EntryStatus.Broken why) {
        return new CatalogueEntry(Optional.of(kind), Optional.empty(), source, Optional.empty(), "", 0, List.of(), why);
    }

    CatalogueEntry brokenBy(EntryStatus.Broken why) {
        return new CatalogueEntry(kind, name, source, apiVersion, description, priority, options, why);
    }

    /** The entry of a driver of this provider's family. */
    CatalogueEntry member(String memberName, String memberDescription) {
        return new CatalogueEntry(
                kind, Optional.of(memberName), source, apiVersion, memberDescription, priority, options, status);
    }

    /** Whether the driver can be asked for. */
    public boolean isLoaded() {
        return status instanceof EntryStatus.Loaded;
    }
}
