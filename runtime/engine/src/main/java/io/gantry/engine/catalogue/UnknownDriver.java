package io.gantry.engine.catalogue;

import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** Explains why there is no driver of a name. */
final class UnknownDriver {
    private static final String KNOWN = "known-drivers.properties";

    private final DriverKind kind;
    private final String name;
    private final List<CatalogueEntry> entries;

    private UnknownDriver(DriverKind kind, String name, List<CatalogueEntry> entries) {
        this.kind = kind;
        this.name = name;
        this.entries = entries;
    }

    /** The error for a driver that no loaded plug-in provides: with the reason of the broken plug-in that would have, or the plug-in that is missing, and the names that do exist. */
    static NotFoundException error(DriverKind kind, String name, List<CatalogueEntry> entries, PluginPath path) {
        UnknownDriver unknown = new UnknownDriver(kind, name, entries);
        String attempted = "find " + kind.noun() + " " + name;
        Optional<EntryStatus.Broken> culprit = unknown.culprit();
        if (culprit.isPresent()) {
            return new NotFoundException(new Problem(
                    attempted,
                    "its plug-in is broken: " + culprit.get().detail(),
                    culprit.get().remedy() + "; " + unknown.alternatives()));
        }
        String reason = unknown.absence().orElse("no plug-in in " + path + " provides it");
        return new NotFoundException(new Problem(attempted, reason, unknown.alternatives()));
    }

    private String alternatives() {
        List<String> names = entries.stream()
                .filter(entry -> entry.isLoaded() && entry.kind().equals(Optional.of(kind)))
                .flatMap(entry -> entry.name().stream())
                .sorted()
                .toList();
        return names.isEmpty()
                ? "no " + kind.noun() + " is there at all"
                : "the known ones are " + String.join(", ", names);
    }

    /** A broken plug-in that provides the name or, by the name of its file, probably would. */
    private Optional<EntryStatus.Broken> culprit() {
        return entries.stream()
                .filter(entry -> entry.kind().isEmpty() || entry.kind().get() == kind)
                .filter(entry -> entry.name().map(name::equals).orElseGet(() -> isNamedLike(entry)))
                .flatMap(entry -> entry.status() instanceof EntryStatus.Broken broken
                        ? Optional.of(broken).stream()
                        : Optional.<EntryStatus.Broken>empty().stream())
                .findFirst();
    }

    /** Whether the file's name has the driver's name as a word: {@code acme-copydir-1.0.jar} for {@code copydir}. */
    private boolean isNamedLike(CatalogueEntry entry) {
        String file = entry.source().getFileName().toString();
        String stem = file.endsWith(".jar") ? file.substring(0, file.length() - ".jar".length()) : file;
        return stem.equals(name) || Arrays.asList(stem.split("[-_.]")).contains(name);
    }

    private Optional<String> absence() {
        Properties known = new Properties();
        try (InputStream in = UnknownDriver.class.getResourceAsStream(KNOWN)) {
            if (in == null) {
                throw new IllegalStateException("the engine's JAR lacks " + KNOWN);
            }
            known.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + KNOWN + " in the engine's JAR", e);
        }
        return Optional.ofNullable(known.getProperty(kind.label() + "." + name));
    }
}
