package io.gantry.engine.dns;

import io.gantry.engine.dns.EventLoop.Timer;
import io.gantry.engine.dns.Request.Code;
import io.gantry.engine.dns.Request.Query;
import io.gantry.engine.dns.Request.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The name server of one container. For the loop's thread, except where said. */
final class SandboxServer implements Forward.Environment {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxServer.class);
    private static final int MOST_FORWARDS = 1_024;
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String id;
    private final Path namespace;
    private final ListeningSockets sockets;
    private final Resolution resolution;
    private final Shared shared;
    private final Set<Forward> forwards = new HashSet<>();
    private final Map<Upstream, Long> silent = new HashMap<>();
    private final TcpListener connections;
    private volatile List<Membership> networks = List.of();
    private volatile boolean outside;
    private boolean closed;

    /** What all servers have in common. */
    record Shared(EventLoop loop, SocketOpener opener, LocalNames names, ByteBuffer buffer, SecureRandom random) {}

    SandboxServer(String id, Path namespace, ListeningSockets sockets, Resolution resolution, Shared shared) {
        this.id = id;
        this.namespace = namespace;
        this.sockets = sockets;
        this.resolution = resolution;
        this.shared = shared;
        this.connections = new TcpListener(sockets.tcp(), this, shared.loop());
    }

    String id() {
        return id;
    }

    /**
     * Says on which networks the container is now. Any thread may call this.
     *
     * @param leadsOutside whether one of them leads out of this host; if not, nobody is asked from the host's side
     */
    void networks(List<Membership> now, boolean leadsOutside) {
        outside = leadsOutside;
        networks = List.copyOf(now);
    }

    void begin() {
        try {
            shared.loop()
                    .register(
                            sockets.udp(), SelectionKey.OP_READ, new UdpListener(sockets.udp(), shared.buffer(), this));
            shared.loop().register(sockets.tcp(), SelectionKey.OP_ACCEPT, connections);
        } catch (IOException e) {
            LOG.error("the name server of container {} does not listen", id, e);
        }
    }

    void close() {
        closed = true;
        Set.copyOf(forwards).forEach(Forward::abandon);
        forwards.clear();
        connections.close();
        try {
            sockets.close();
        } catch (IOException e) {
            LOG.warn("cannot close the name server of container {}", id, e);
        }
    }

    /** Answers a packet, now or later or not at all. */
    void serve(byte[] packet, boolean tcp, Consumer<byte[]> reply) {
        Request request = Request.parse(packet);
        if (request instanceof Request.Refused refused) {
            reply.accept(refused.answer());
        } else if (request instanceof Query query) {
            Optional<byte[]> answer = shared.names().answer(query, networks, tcp ? Reply.LARGEST : query.udpSize());
            if (answer.isPresent()) {
                reply.accept(answer.get());
            } else if (isForSearchDomains(query)) {
                reply.accept(Reply.none(query));
            } else {
                forward(query, tcp, reply);
            }
        }
    }

    /** Who sets ndots wants names without dots looked up with search domains only. */
    private boolean isForSearchDomains(Query query) {
        return resolution.ndotsSet()
                && (query.type() == Type.A || query.type() == Type.AAAA)
                && query.name().indexOf('.') < 0;
    }

    private void forward(Query query, boolean tcp, Consumer<byte[]> reply) {
        if (closed) {
            return;
        }
        if (forwards.size() >= MOST_FORWARDS) {
            LOG.debug("container {} has more than {} questions open", id, MOST_FORWARDS);
            reply.accept(Reply.failure(query, Code.REFUSED));
            return;
        }
        Forward forward = new Forward(query, tcp, servers(), this, reply);
        forwards.add(forward);
        forward.start();
    }

    /** Whom to ask: those that kept silent lately come last. */
    private List<Upstream> servers() {
        long now = System.nanoTime();
        silent.values().removeIf(since -> now - since > SILENT_NANOS);
        List<Upstream> servers = new ArrayList<>();
        List<Upstream> last = new ArrayList<>();
        for (Upstream server : resolution.upstreams()) {
            if (outside || !server.fromHost()) {
                (silent.containsKey(server) ? last : servers).add(server);
            }
        }
        servers.addAll(last);
        return servers;
    }

    @Override
    public Forward.Attempt ask(Upstream server, Query query, boolean tcp, Forward forward) {
        int number = shared.random().nextInt(1 << 16);
        if (tcp) {
            TcpAttempt attempt = new TcpAttempt(server, query, number, shared.loop(), forward);
            shared.opener().tcp(server, namespace, attempt::opened, () -> forward.failed(attempt));
            return attempt;
        }
        UdpAttempt attempt = new UdpAttempt(server, query, number, shared.loop(), shared.buffer(), forward);
        shared.opener().udp(server, namespace, attempt::opened, () -> forward.failed(attempt));
        return attempt;
    }

    @Override
    public Timer after(int millis, Runnable work) {
        return shared.loop().after(millis, work);
    }

    @Override
    public void silent(Upstream server) {
        silent.put(server, System.nanoTime());
    }

    @Override
    public void ended(Forward forward) {
        forwards.remove(forward);
    }
}
