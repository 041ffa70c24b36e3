package io.gantry.engine.network;

import io.gantry.engine.EngineException;
import io.gantry.engine.network.PublishedPorts.Wanted;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.PortMapping;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves ports of the host. A reserved port is bound by a socket of ours that nobody listens on: a server on the host that has the port makes publishing fail, and one that is
 * started later fails, as it would with any other owner. Beyond {@value #MAX_HELD} ports the socket is closed after the check, to leave descriptors to others.
 */
final class HostPorts {
    private static final Logger LOG = LoggerFactory.getLogger(HostPorts.class);
    private static final int MAX_HELD = 4096;
    private static final String EPHEMERAL = "net/ipv4/ip_local_port_range";

    private final Path hostNamespace;
    private final boolean ownNamespace;
    private final Map<String, Reservation> byEndpoint = new ConcurrentHashMap<>();
    private final Set<Key> taken = new HashSet<>();
    private int held;
    private int nextEphemeral;

    HostPorts(Path hostNamespace, boolean ownNamespace) {
        this.hostNamespace = hostNamespace;
        this.ownNamespace = ownNamespace;
    }

    private record Key(PortMapping.Protocol protocol, String address, int port) {}

    private record Reservation(List<Key> keys, List<NetworkChannel> channels) {}

    /** Reserves ports for an endpoint, all or none. The result names an address and a port for each. */
    List<PortMapping> reserve(String endpointId, List<Wanted> wanted) {
        return inHostNamespace(() -> reserveHere(endpointId, wanted));
    }

    /** Reserves again what an endpoint had before the engine was restarted; a port that somebody took meanwhile is said and left. */
    void replay(String endpointId, List<PortMapping> mappings) {
        inHostNamespace(() -> {
            Reservation reservation = new Reservation(new ArrayList<>(), new ArrayList<>());
            for (PortMapping mapping : mappings) {
                for (int i = 0; i < mapping.count(); i++) {
                    Key key =
                            new Key(mapping.protocol(), mapping.hostAddress().getHostAddress(), mapping.hostPort() + i);
                    if (!tryTake(key, reservation)) {
                        LOG.warn(
                                "another program on the host has taken {} port {} of {} meanwhile",
                                key.protocol(),
                                key.port(),
                                key.address());
                    }
                }
            }
            byEndpoint.put(endpointId, reservation);
            return reservation;
        });
    }

    /** Gives an endpoint's ports back; does nothing if it has none. */
    void release(String endpointId) {
        Reservation reservation = byEndpoint.remove(endpointId);
        if (reservation != null) {
            undo(reservation);
        }
    }

    private List<PortMapping> reserveHere(String endpointId, List<Wanted> wanted) {
        Reservation reservation = new Reservation(new ArrayList<>(), new ArrayList<>());
        try {
            List<PortMapping> mappings = new ArrayList<>();
            for (Wanted one : wanted) {
                InetAddress address = Cidr.parseAddress(one.hostAddress().isEmpty() ? "0.0.0.0" : one.hostAddress());
                int port = one.firstHostPort() == 0
                        ? takeEphemeral(one.protocol(), address, reservation)
                        : takeFrom(one, address, reservation);
                mappings.add(new PortMapping(one.protocol(), address, port, one.containerPort(), 1));
            }
            byEndpoint.put(endpointId, reservation);
            return mappings;
        } catch (RuntimeException e) {
            undo(reservation);
            throw e;
        }
    }

    private int takeFrom(Wanted wanted, InetAddress address, Reservation reservation) {
        boolean ours = false;
        for (int port = wanted.firstHostPort(); port <= wanted.lastHostPort(); port++) {
            Key key = new Key(wanted.protocol(), address.getHostAddress(), port);
            if (tryTake(key, reservation)) {
                return port;
            }
            ours |= isTaken(key);
        }
        String where = address.getHostAddress() + ":" + wanted.firstHostPort();
        throw new EngineException(
                EngineException.Kind.SYSTEM,
                wanted.firstHostPort() != wanted.lastHostPort()
                        ? "all ports of the range " + wanted.firstHostPort() + "-" + wanted.lastHostPort()
                                + " are in use"
                        : ours
                                ? "Bind for " + where + " failed: port is already allocated"
                                : "failed to bind port " + where + "/"
                                        + wanted.protocol().name().toLowerCase(java.util.Locale.ROOT)
                                        + ": address already in use");
    }

    private int takeEphemeral(PortMapping.Protocol protocol, InetAddress address, Reservation reservation) {
        int[] range = ephemeralRange();
        int size = range[1] - range[0] + 1;
        for (int i = 0; i < size; i++) {
            int port;
            synchronized (taken) {
                port = range[0] + Math.floorMod(nextEphemeral++, size);
            }
            if (tryTake(new Key(protocol, address.getHostAddress(), port), reservation)) {
                return port;
            }
        }
        throw new EngineException(EngineException.Kind.SYSTEM, "all ports are allocated");
    }

    private boolean tryTake(Key key, Reservation reservation) {
        synchronized (taken) {
            if (conflicts(key) || !taken.add(key)) {
                return false;
            }
        }
        try {
            NetworkChannel channel = key.protocol() == PortMapping.Protocol.SCTP ? null : bind(key);
            reservation.keys().add(key);
            if (channel != null) {
                keep(channel, reservation);
            }
            return true;
        } catch (IOException e) {
            synchronized (taken) {
                taken.remove(key);
            }
            if (e.getMessage() != null && e.getMessage().contains("Cannot assign requested address")) {
                throw new EngineException(
                        EngineException.Kind.SYSTEM,
                        "failed to bind host port " + key.address() + ":" + key.port()
                                + ": cannot assign requested address",
                        e);
            }
            return false;
        }
    }

    /** Whether we have the port on all addresses while one is wanted, or the other way round. */
    private boolean conflicts(Key key) {
        boolean any = key.address().equals("0.0.0.0") || key.address().startsWith("0:0:0:0");
        return any
                ? taken.stream()
                        .anyMatch(other -> other.port() == key.port()
                                && other.protocol() == key.protocol()
                                && sameFamily(other, key))
                : taken.contains(new Key(
                        key.protocol(), key.address().contains(":") ? "0:0:0:0:0:0:0:0" : "0.0.0.0", key.port()));
    }

    private static boolean sameFamily(Key a, Key b) {
        return a.address().contains(":") == b.address().contains(":");
    }

    private boolean isTaken(Key key) {
        synchronized (taken) {
            return taken.contains(key) || conflicts(key);
        }
    }

    private void keep(NetworkChannel channel, Reservation reservation) throws IOException {
        synchronized (taken) {
            if (held < MAX_HELD) {
                held++;
                reservation.channels().add(channel);
                return;
            }
        }
        channel.close();
    }

    private static NetworkChannel bind(Key key) throws IOException {
        InetSocketAddress address = new InetSocketAddress(Cidr.parseAddress(key.address()), key.port());
        StandardProtocolFamily family =
                key.address().contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        NetworkChannel channel =
                key.protocol() == PortMapping.Protocol.TCP ? SocketChannel.open(family) : DatagramChannel.open(family);
        try {
            if (key.protocol() == PortMapping.Protocol.TCP) {
                // Old connections that linger in TIME_WAIT are no reason to refuse; a listening server still is.
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(address);
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, false);
                return channel;
            }
            return channel.bind(address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void undo(Reservation reservation) {
        for (NetworkChannel channel : reservation.channels()) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.warn("cannot close the socket that held a port", e);
            }
        }
        synchronized (taken) {
            held -= reservation.channels().size();
            reservation.keys().forEach(taken::remove);
        }
    }

    private static int[] ephemeralRange() {
        String[] ends = NetSysctl.read(EPHEMERAL).split("\\s+");
        return new int[] {Integer.parseInt(ends[0]), Integer.parseInt(ends[1])};
    }

    private <T> T inHostNamespace(Supplier<T> work) {
        return ownNamespace ? work.get() : Namespaces.in(hostNamespace, NamespaceKind.NETWORK, work::get);
    }
}
