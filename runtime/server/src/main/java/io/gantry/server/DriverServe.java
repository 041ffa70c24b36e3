package io.gantry.server;

import io.gantry.engine.EngineConfig;
import io.gantry.engine.catalogue.DriverCatalogue;
import io.gantry.engine.catalogue.PluginPath;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.state.StateDatabase;
import io.gantry.server.http.ApiVersion;
import io.gantry.server.http.HttpServer;
import io.gantry.server.serve.RemoteProtocol;
import io.gantry.server.serve.ServedDriver;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code gantry driver serve}: one network driver, its state, and the socket on which another engine finds it. */
final class DriverServe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverServe.class);

    private final ServeFlags flags;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    DriverServe(ServeFlags flags) {
        this.flags = flags;
    }

    /**
     * Opens the driver and listens.
     *
     * @throws StartException in words for the user
     */
    synchronized void start() {
        try {
            open();
        } catch (IOException | DriverException e) {
            close();
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open() throws IOException {
        make(flags.dataRoot());
        make(flags.execRoot());
        EngineConfig config = new EngineConfig(
                flags.dataRoot(),
                flags.execRoot(),
                pluginPath(),
                Optional.empty(),
                Map.of(),
                Map.of(),
                "runc",
                "conmon",
                EngineConfig.OWN_NAMESPACE,
                flags.firewall());
        StateDatabase state = opened(StateDatabase.open(flags.dataRoot().resolve("served.db")));
        OpenDrivers drivers = opened(new OpenDrivers(DriverCatalogue.load(PluginPath.of(config.pluginPath())), config));
        ServedDriver driver = ServedDriver.open(flags.network(), drivers, state);
        HttpServer server = opened(new HttpServer(new RemoteProtocol(driver, ApiVersion.NEWEST), Map.of()));
        SocketFile.clear(flags.socket());
        server.listen(flags.socket());
        opened(() -> Files.deleteIfExists(flags.socket()));
        Files.setPosixFilePermissions(flags.socket(), PosixFilePermissions.fromString("rw-------"));
        LOG.info("Network driver {} is served on unix://{}", flags.network(), flags.socket());
    }

    private List<Path> pluginPath() {
        Optional<Path> own = Distribution.drivers();
        return flags.pluginPath().isEmpty()
                ? PluginPath.standard(own).paths()
                : Stream.concat(own.stream(), flags.pluginPath().stream()).toList();
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private static void make(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Ends service; networks and endpoints stay. Idempotent. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part of the server could not be closed", e);
            }
        }
    }
}
