package io.gantry.engine.driver;

import io.gantry.engine.catalogue.DriverCatalogue;
import io.gantry.engine.catalogue.DriverKind;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.storage.StorageDriverProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Hands the daemon's storage options out: each driver gets those that it declares. What no driver declares is refused on behalf of the default one, as Docker does. */
final class StorageOptions {
    private final DriverCatalogue catalogue;
    private final Map<String, String> given;

    StorageOptions(DriverCatalogue catalogue, Map<String, String> given) {
        this.catalogue = catalogue;
        this.given = given;
    }

    /** The options of a driver. */
    Options of(StorageDriverProvider provider) {
        Map<String, String> own = new LinkedHashMap<>(given);
        own.keySet().retainAll(keys(provider));
        return parse(provider, own);
    }

    /**
     * The options of the default driver.
     *
     * @throws io.gantry.spi.InvalidArgumentException if there is one that neither it nor another driver declares
     */
    Options ofDefault(StorageDriverProvider provider) {
        Map<String, String> own = new LinkedHashMap<>(given);
        Set<String> mine = keys(provider);
        for (String name : catalogue.names(DriverKind.STORAGE)) {
            own.keySet()
                    .removeIf(key ->
                            !mine.contains(key) && keys(catalogue.storage(name)).contains(key));
        }
        return parse(provider, own);
    }

    private static Options parse(StorageDriverProvider provider, Map<String, String> own) {
        return Options.parse("storage driver " + provider.name(), provider.options(), OptionSpec.Scope.DAEMON, own);
    }

    private static Set<String> keys(StorageDriverProvider provider) {
        return provider.options().stream()
                .filter(spec -> spec.scope() == OptionSpec.Scope.DAEMON)
                .map(OptionSpec::key)
                .collect(Collectors.toSet());
    }
}
