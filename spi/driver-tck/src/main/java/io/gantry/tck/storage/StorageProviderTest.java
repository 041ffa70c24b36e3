package io.gantry.tck.storage;

import io.gantry.spi.storage.StorageDriverProvider;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;

/**
 * The storage suite for a provider that is pointed at, without a class for it:
 *
 * <ul>
 *   <li>{@code -Dgantry.tck.provider=} the provider's class or the driver's name; not needed if there is one provider alone on the class path
 *   <li>{@code -Dgantry.tck.options=} daemon options, {@code KEY=VALUE} separated by commas
 *   <li>{@code -Dgantry.tck.scratch=} a directory on the file system to test on
 * </ul>
 *
 * With Surefire: {@code <dependenciesToScan><dependency>io.gantry:gantry-driver-tck</dependency></dependenciesToScan>}.
 */
public class StorageProviderTest extends StorageDriverContract {
    private final StorageDriverProvider provider = find();

    @Override
    protected StorageDriverProvider provider() {
        return provider;
    }

    @Override
    protected Map<String, String> daemonOptions() {
        Map<String, String> options = new HashMap<>();
        for (String pair : System.getProperty("gantry.tck.options", "").split(",")) {
            if (!pair.isBlank()) {
                int equals = pair.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("gantry.tck.options: not KEY=VALUE: " + pair);
                }
                options.put(pair.substring(0, equals).strip(), pair.substring(equals + 1));
            }
        }
        return options;
    }

    @Override
    protected Path scratch() {
        return Optional.ofNullable(System.getProperty("gantry.tck.scratch"))
                .map(Path::of)
                .orElseGet(super::scratch);
    }

    private static StorageDriverProvider find() {
        List<Provider<StorageDriverProvider>> found =
                ServiceLoader.load(StorageDriverProvider.class).stream().toList();
        List<String> names = found.stream()
                .map(provider -> provider.type().getName())
                .sorted()
                .toList();
        String wanted = System.getProperty("gantry.tck.provider");
        if (wanted == null) {
            if (found.size() != 1) {
                throw new IllegalStateException(
                        "name the provider with -Dgantry.tck.provider; on the class path there are " + names);
            }
            return found.get(0).get();
        }
        return found.stream()
                .filter(provider -> provider.type().getName().equals(wanted))
                .map(Provider::get)
                .findFirst()
                .or(() -> found.stream()
                        .map(Provider::get)
                        .filter(provider -> provider.name().equals(wanted))
                        .findFirst())
                .orElseThrow(() -> new IllegalStateException(
                        "gantry.tck.provider is " + wanted + "; on the class path there are " + names));
    }
}
