package io.gantry.server;

import io.gantry.engine.Engine;
import io.gantry.engine.EngineConfig;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.engine.catalogue.PluginPath;
import io.gantry.linux.Flock;
import io.gantry.server.api.Api;
import io.gantry.server.http.HttpServer;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine and its API, from flags to files that are gone again. */
final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final DaemonFlags flags;
    private final GantryVersion version;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private boolean closed;

    Daemon(DaemonFlags flags, GantryVersion version) {
        this.flags = flags;
        this.version = version;
    }

    /**
     * Opens the engine and listens. {@link #close} may be called meanwhile.
     *
     * @throws StartException in words for the user
     */
    void start() {
        try {
            open();
        } catch (IOException | RuntimeException e) {
            close();
            if (e instanceof StartException known) {
                throw known;
            }
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private void open() throws IOException {
        List<Listen> hosts = flags.hosts().stream().map(Listen::parse).toList();
        Requirements.check(flags);
        lock(flags.dataRoot());
        lock(flags.execRoot());
        writePid();
        Engine engine = opened(Engine.open(configuration()));
        HttpServer server = opened(new HttpServer(Api.over(engine, version), Api.headers(version)));
        for (Listen host : hosts) {
            listen(server, host);
        }
        LOG.info(
                "Gantry {} is ready, pid {}",
                version.number(),
                ProcessHandle.current().pid());
        Thread report = new Thread(() -> reportDrivers(engine), "gantry-report");
        report.setDaemon(true);
        report.start();
    }

    /** Tries all drivers, which takes a while, and tells of those that do not work. */
    private void reportDrivers(Engine engine) {
        try {
            for (DriverReport driver : engine.drivers()) {
                if (!driver.status().equals("supported")) {
                    LOG.info(
                            "{} driver {} from {} is {}: {} {}",
                            driver.kind(),
                            driver.name(),
                            driver.source(),
                            driver.status(),
                            driver.reason(),
                            driver.remedy());
                }
            }
        } catch (RuntimeException e) {
            LOG.debug("the drivers could not all be tried", e);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (parts) {
            if (!closed) {
                parts.push(part);
                return part;
            }
        }
        close(part);
        throw new StartException("ended while it was starting");
    }

    private EngineConfig configuration() {
        return new EngineConfig(
                flags.dataRoot(),
                flags.execRoot(),
                pluginPath(),
                flags.storageDriver(),
                flags.storageOptions(),
                flags.storageRoots(),
                flags.runtime(),
                flags.conmon(),
                EngineConfig.OWN_NAMESPACE,
                flags.firewall());
    }

    /** The distribution's drivers are always found; folders that the user names stand in for the system's. */
    private List<Path> pluginPath() {
        Optional<Path> own = Distribution.drivers();
        return flags.pluginPath().isEmpty()
                ? PluginPath.standard(own).paths()
                : Stream.concat(own.stream(), flags.pluginPath().stream()).toList();
    }

    private void lock(Path root) throws IOException {
        Files.createDirectories(root);
        Path file = root.resolve("daemon.lock");
        Optional<Flock> lock = Flock.tryExclusive(file);
        if (lock.isEmpty()) {
            throw new StartException("another daemon runs on " + root + pidNote()
                    + ": stop it first, or choose other roots with --data-root, --exec-root and -H");
        }
        opened(lock.get());
    }

    private String pidNote() throws IOException {
        return Files.isRegularFile(flags.pidFile())
                ? " (process " + Files.readString(flags.pidFile()).trim() + ")"
                : "";
    }

    private void writePid() throws IOException {
        Path file = flags.pidFile();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
        opened(() -> Files.deleteIfExists(file));
    }

    private void listen(HttpServer server, Listen host) throws IOException {
        if (host instanceof Listen.Unix unix) {
            SocketFile.clear(unix.socket());
            server.listen(unix.socket());
            opened(() -> Files.deleteIfExists(unix.socket()));
            SocketFile.allow(unix.socket());
        } else if (host instanceof Listen.Tcp tcp) {
            Optional<SslContext> context = flags.tls().context();
            server.listen(tcp.host(), tcp.port(), context);
            if (!flags.tls().verify()) {
                LOG.warn("{} is open to everybody who reaches it, and gives them this machine: use --tlsverify", host);
            }
        }
        LOG.info("API listens on {}", host);
    }

    /** Ends service; containers go on. Idempotent. */
    @Override
    public void close() {
        List<AutoCloseable> open;
        synchronized (parts) {
            closed = true;
            open = new ArrayList<>(parts);
            parts.clear();
        }
        open.forEach(Daemon::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("a part of the daemon could not be closed", e);
        }
    }
}
