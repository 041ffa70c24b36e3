package io.gantry.engine.catalogue;

import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.OptionSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;

/** Loads one plug-in and asks its providers what they are. Whatever goes wrong becomes an entry; nothing is thrown. */
final class PluginLoader {
    private static final int MOST_PROVIDERS = 64;
    private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,64}");

    private final Path location;
    private final PluginClassLoader loader;
    private final List<Found> found = new ArrayList<>();

    private PluginLoader(Path location, PluginClassLoader loader) {
        this.location = location;
        this.loader = loader;
    }

    /**
     * A provider, or the reason why there is none.
     *
     * @param provider guarded; empty if the entry is broken
     */
    record Found(CatalogueEntry entry, Optional<Object> provider) {
        static Found broken(CatalogueEntry entry) {
            return new Found(entry, Optional.empty());
        }
    }

    /**
     * What became of a plug-in.
     *
     * @param found at least one entry
     * @param loader empty if nothing of the plug-in is in use
     */
    record Result(List<Found> found, Optional<PluginClassLoader> loader) {}

    static Result load(Path location, Ownership ownership) {
        PluginFiles files;
        Set<DriverKind> kinds;
        try {
            files = PluginFiles.at(location);
            ownership.check(files);
            kinds = PluginFacts.declaredKinds(files);
        } catch (BrokenPluginException e) {
            return new Result(List.of(Found.broken(CatalogueEntry.broken(location, e.why()))), Optional.empty());
        }
        PluginClassLoader loader = new PluginClassLoader(files);
        PluginLoader plugin = new PluginLoader(location, loader);
        plugin.providers(kinds);
        return plugin.result();
    }

    private Result result() {
        List<Found> distinct = found.stream().distinct().toList();
        if (distinct.stream().anyMatch(one -> one.provider().isPresent())) {
            return new Result(distinct, Optional.of(loader));
        }
        try {
            loader.close();
        } catch (IOException e) {
            // The plug-in is reported as broken anyway, and its JARs were only read.
            System.getLogger(PluginLoader.class.getName()).log(System.Logger.Level.DEBUG, "closing " + location, e);
        }
        return new Result(distinct, Optional.empty());
    }

    private void providers(Set<DriverKind> kinds) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            kinds.forEach(this::providersOf);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Goes on after a bad provider: looking for the next one, and making one, fail separately. */
    private void providersOf(DriverKind kind) {
        int before = found.size();
        Iterator<? extends ServiceLoader.Provider<? extends DriverProvider<?, ?>>> iterator =
                ServiceLoader.load(kind.providerType(), loader).stream().iterator();
        for (int count = 0; count < MOST_PROVIDERS; count++) {
            ServiceLoader.Provider<? extends DriverProvider<?, ?>> provider;
            try {
                if (!iterator.hasNext()) {
                    noteEmpty(kind, before);
                    return;
                }
                provider = iterator.next();
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                broken(kind, LoadFailure.ofLookup(location, kind, e));
                continue;
            }
            provider(kind, provider);
        }
        broken(
                kind,
                new EntryStatus.Broken(
                        EntryStatus.Reason.TOO_MANY_PROVIDERS,
                        location + " declares more than " + MOST_PROVIDERS + " providers of kind " + kind.label()
                                + "; the rest was left out",
                        "declare each provider once"));
    }

    private void provider(DriverKind kind, ServiceLoader.Provider<? extends DriverProvider<?, ?>> declared) {
        String className = declared.type().getName();
        DriverProvider<?, ?> provider;
        try {
            provider = declared.get();
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
            broken(kind, LoadFailure.ofConstructor(location, className, e));
            return;
        }
        try {
            found.add(described(kind, className, provider));
        } catch (BrokenPluginException e) {
            broken(kind, e.why());
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            broken(kind, LoadFailure.ofDescription(location, className, e));
        }
    }

    private Found described(DriverKind kind, String className, DriverProvider<?, ?> provider)
            throws BrokenPluginException {
        ApiVersion version = Objects.requireNonNull(provider.apiVersion(), "apiVersion() returned null");
        PluginFacts.checkAccepted(className + " in " + location, version);
        String name = Objects.requireNonNull(provider.name(), "name() returned null");
        if (!NAME.matcher(name).matches()) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.BAD_DESCRIPTION,
                    className + " in " + location + " calls its driver \"" + name + "\"",
                    "a name has 1 to 64 lower-case letters, digits, \"-\", \"_\" and \".\"");
        }
        String description = Objects.requireNonNull(provider.description(), "description() returned null");
        int priority = provider.priority();
        List<OptionSpec> options = List.copyOf(provider.options());
        CatalogueEntry entry = new CatalogueEntry(
                Optional.of(kind),
                Optional.of(name),
                location,
                Optional.of(version),
                description,
                priority,
                options,
                new EntryStatus.Loaded());
        Map<String, Object> fixed = Map.of(
                "name",
                name,
                "apiVersion",
                version,
                "description",
                description,
                "priority",
                priority,
                "options",
                options);
        return new Found(entry, Optional.of(ContextLoaderGuard.provider(entry, loader, provider, fixed)));
    }

    private void noteEmpty(DriverKind kind, int before) {
        if (found.size() == before) {
            broken(
                    kind,
                    new EntryStatus.Broken(
                            EntryStatus.Reason.NO_PROVIDER,
                            location + " has a " + kind.serviceFile() + " that names no class",
                            "write the provider's class name into it, or remove the file"));
        }
    }

    private void broken(DriverKind kind, EntryStatus.Broken why) {
        found.add(Found.broken(CatalogueEntry.broken(kind, location, why)));
    }
}
