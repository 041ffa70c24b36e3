package io.gantry.engine.driver;

import io.gantry.engine.EngineConfig;
import io.gantry.engine.catalogue.DriverContexts;
import io.gantry.engine.catalogue.DriverKind;
import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamProvider;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.volume.VolumeDriverProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Makes what drivers are handed: directories of their own and checked options. */
final class EngineContexts implements DriverContexts {
    private static final String OTHERS = "------rwx";

    private final EngineConfig config;
    private final StorageOptions storageOptions;
    private final Supplier<FirewallBackend> firewall;

    EngineContexts(EngineConfig config, StorageOptions storageOptions, Supplier<FirewallBackend> firewall) {
        this.config = config;
        this.storageOptions = storageOptions;
        this.firewall = firewall;
    }

    @Override
    public StorageContext storage(StorageDriverProvider provider) {
        boolean selected = config.storageDriver().map(provider.name()::equals).orElse(false);
        return new Storage(
                closed(made(config.storageRoot(provider.name()))),
                run(DriverKind.STORAGE, provider),
                selected ? storageOptions.ofDefault(provider) : storageOptions.of(provider));
    }

    @Override
    public NetworkContext network(NetworkDriverProvider provider) {
        return new Network(
                root(DriverKind.NETWORK, provider),
                run(DriverKind.NETWORK, provider),
                options("network driver", provider, Map.of()),
                config.hostNamespace(),
                firewall);
    }

    @Override
    public DriverContext ipam(IpamProvider provider) {
        return new Plain(
                root(DriverKind.IPAM, provider),
                run(DriverKind.IPAM, provider),
                options("IPAM driver", provider, Map.of()));
    }

    @Override
    public DriverContext volume(VolumeDriverProvider provider) {
        return new Plain(
                root(DriverKind.VOLUME, provider),
                run(DriverKind.VOLUME, provider),
                options("volume driver", provider, Map.of()));
    }

    @Override
    public FirewallContext firewall(FirewallProvider provider) {
        return new Firewall(
                root(DriverKind.FIREWALL, provider),
                run(DriverKind.FIREWALL, provider),
                options("firewall back end", provider, Map.of()),
                config.hostNamespace());
    }

    private static Options options(String noun, DriverProvider<?, ?> provider, Map<String, String> given) {
        return Options.parse(noun + " " + provider.name(), provider.options(), OptionSpec.Scope.DAEMON, given);
    }

    private Path root(DriverKind kind, DriverProvider<?, ?> provider) {
        return made(config.dataRoot().resolve(kind.label()).resolve(provider.name()));
    }

    private Path run(DriverKind kind, DriverProvider<?, ?> provider) {
        return made(config.runRoot().resolve(kind.label()).resolve(provider.name()));
    }

    /** The root of a file system that the user mounted there is open to all, but set-uid files of images lie in it. */
    private static Path closed(Path root) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root);
            if (permissions.removeAll(PosixFilePermissions.fromString(OTHERS))) {
                Files.setPosixFilePermissions(root, permissions);
            }
            return root;
        } catch (IOException e) {
            throw new IoFailureException(
                    Problem.of("close the storage root " + root + " to other users", e.toString()), e);
        }
    }

    private static Path made(Path directory) {
        try {
            Files.createDirectories(
                    directory.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
            }
            return directory;
        } catch (IOException e) {
            throw new IoFailureException(Problem.of("make a driver's directory " + directory, e.toString()), e);
        }
    }

    private record Plain(Path root, Path runDirectory, Options options) implements DriverContext {}

    private record Storage(Path root, Path runDirectory, Options options) implements StorageContext {}

    private record Firewall(Path root, Path runDirectory, Options options, Path hostNamespace)
            implements FirewallContext {}

    private record Network(
            Path root, Path runDirectory, Options options, Path hostNamespace, Supplier<FirewallBackend> backend)
            implements NetworkContext {
        @Override
        public FirewallBackend firewall() {
            return backend.get();
        }
    }
}
