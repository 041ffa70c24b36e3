package io.gantry.engine.catalogue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One pass over the plug-in path: loads what is there, and decides between plug-ins that provide the same name. */
final class PluginScan {
    private final Ownership ownership;
    private final List<CatalogueEntry> entries = new ArrayList<>();
    private final List<DriverCatalogue.Loaded> loaded = new ArrayList<>();
    private final List<PluginClassLoader> loaders = new ArrayList<>();
    private final Map<Key, Path> taken = new HashMap<>();

    private PluginScan(Ownership ownership) {
        this.ownership = ownership;
    }

    private record Key(Optional<DriverKind> kind, Optional<String> name) {}

    static PluginScan of(PluginPath path, Ownership ownership) {
        PluginScan scan = new PluginScan(ownership);
        path.directories().forEach(scan::directory);
        return scan;
    }

    List<CatalogueEntry> entries() {
        return entries;
    }

    List<DriverCatalogue.Loaded> loaded() {
        return loaded;
    }

    List<PluginClassLoader> loaders() {
        return loaders;
    }

    private void directory(PluginPath.Directory directory) {
        if (!directory.required() && !Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> locations;
        try {
            locations = PluginFiles.locations(directory.path());
        } catch (BrokenPluginException e) {
            entries.add(CatalogueEntry.broken(directory.path(), e.why()));
            return;
        }
        locations.forEach(this::plugin);
    }

    private void plugin(Path location) {
        PluginLoader.Result result = PluginLoader.load(location, ownership);
        result.loader().ifPresent(loaders::add);
        for (PluginLoader.Found found : result.found()) {
            found.provider()
                    .ifPresentOrElse(provider -> provider(found.entry(), provider), () -> entries.add(found.entry()));
        }
    }

    private void provider(CatalogueEntry entry, Object provider) {
        Path earlier = taken.putIfAbsent(new Key(entry.kind(), entry.name()), entry.source());
        if (earlier == null) {
            entries.add(entry);
            loaded.add(new DriverCatalogue.Loaded(entry, provider));
            return;
        }
        entries.add(entry.brokenBy(new EntryStatus.Broken(
                EntryStatus.Reason.DUPLICATE_NAME,
                entry.source() + " provides a " + entry.kind().orElseThrow().noun() + " "
                        + entry.name().orElseThrow() + ", but " + earlier + " does so already",
                "remove one of the two; plug-ins are taken in the order of the plug-in path, then by file name")));
    }
}
