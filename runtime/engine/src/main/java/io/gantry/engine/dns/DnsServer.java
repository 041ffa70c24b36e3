package io.gantry.engine.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The name servers of all containers: one in the network namespace of each that is on a network with names. One thread answers for all, one more
 * opens sockets. Thread-safe.
 */
public final class DnsServer implements AutoCloseable {
    private static final int LARGEST_PACKET = 65_536;

    private final NameTable names = new NameTable();
    private final Map<String, SandboxServer> servers = new ConcurrentHashMap<>();
    private final ListeningSockets.Rules rules;
    private final EventLoop loop;
    private final SocketOpener opener;
    private final SandboxServer.Shared shared;

    /**
     * @param hostNamespace the network namespace that counts as the host's
     * @param ownNamespace whether it is the one this process runs in
     */
    public DnsServer(Path hostNamespace, boolean ownNamespace) throws IOException {
        this(hostNamespace, ownNamespace, Redirect::install);
    }

    DnsServer(Path hostNamespace, boolean ownNamespace, ListeningSockets.Rules rules) throws IOException {
        this.rules = rules;
        SecureRandom random = new SecureRandom();
        this.loop = new EventLoop();
        this.opener = new SocketOpener(hostNamespace, ownNamespace, loop);
        this.shared = new SandboxServer.Shared(
                loop, opener, new LocalNames(names, random), ByteBuffer.allocateDirect(LARGEST_PACKET), random);
    }

    /** The names that it knows. */
    public NameTable names() {
        return names;
    }

    /** Whether a container has a server. */
    public boolean isOpen(String containerId) {
        return servers.containsKey(containerId);
    }

    /**
     * Gives a container a server, in place of any that it has.
     *
     * @throws IOException if it cannot listen in the container's namespace
     */
    public void open(String containerId, Path namespace, Resolution resolution) throws IOException {
        close(containerId);
        ListeningSockets sockets = ListeningSockets.open(namespace, containerId, rules);
        SandboxServer server = new SandboxServer(containerId, namespace, sockets, resolution, shared);
        servers.put(containerId, server);
        loop.execute(server::begin);
    }

    /**
     * Says on which networks a container is now; does nothing if it has no server.
     *
     * @param networks in the order in which they are searched
     * @param leadsOutside whether one of them leads out of this host
     */
    public void networks(String containerId, List<Membership> networks, boolean leadsOutside) {
        SandboxServer server = servers.get(containerId);
        if (server != null) {
            server.networks(networks, leadsOutside);
        }
    }

    /** Takes a container's server away; its sockets are gone afterwards. Does nothing if it has none. */
    public void close(String containerId) {
        SandboxServer server = servers.remove(containerId);
        if (server != null) {
            loop.complete(server::close);
        }
    }

    @Override
    public void close() {
        opener.close();
        List.copyOf(servers.keySet()).forEach(this::close);
        loop.close();
    }
}
