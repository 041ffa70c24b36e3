package io.gantry.engine.dns;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.network.Cidr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/**
 * The sockets of the name server in a container's network namespace. They do not block.
 *
 * @param udp for questions by UDP
 * @param tcp for questions by TCP
 */
record ListeningSockets(DatagramChannel udp, ServerSocketChannel tcp) {
    private static final int PORT = 53;
    private static final int FIRST_OWN_PORT = 32_768;
    private static final int OWN_PORTS = 28_000;

    /**
     * Opens both and makes them reachable at port 53: by rules, or where those cannot be had by taking that port.
     *
     * @param seed of equal ones come equal ports, so that what is on its way still arrives when an engine takes over from another
     */
    static ListeningSockets open(Path namespace, String seed, Rules rules) throws IOException {
        int wanted = FIRST_OWN_PORT + Math.floorMod(seed.hashCode(), OWN_PORTS);
        ListeningSockets own = bound(namespace, wanted);
        if (rules.install(namespace, port(own.udp.getLocalAddress()), port(own.tcp.getLocalAddress()))) {
            return own;
        }
        own.close();
        return bound(namespace, PORT);
    }

    private static ListeningSockets bound(Path namespace, int port) throws IOException {
        return Namespaces.in(namespace, NamespaceKind.NETWORK, () -> {
            DatagramChannel udp = DatagramChannel.open(StandardProtocolFamily.INET);
            ServerSocketChannel tcp = null;
            try {
                tcp = ServerSocketChannel.open(StandardProtocolFamily.INET);
                udp.configureBlocking(false);
                tcp.configureBlocking(false);
                bind(port, udp::bind);
                bind(port, tcp::bind);
                return new ListeningSockets(udp, tcp);
            } catch (IOException | RuntimeException e) {
                udp.close();
                if (tcp != null) {
                    tcp.close();
                }
                throw e;
            }
        });
    }

    /** On that port, or any if it is taken and not one that it must be. */
    private static void bind(int port, Bind bind) throws IOException {
        InetAddress address = Cidr.parseAddress(ResolvConf.SERVER);
        try {
            bind.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            if (port == PORT) {
                throw e;
            }
            bind.bind(new InetSocketAddress(address, 0));
        }
    }

    private static int port(java.net.SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
    }

    void close() throws IOException {
        udp.close();
        tcp.close();
    }

    /** What leads from port 53 to others. */
    interface Rules {
        /** Whether that worked; nothing is changed if not. */
        boolean install(Path namespace, int udpPort, int tcpPort);
    }

    private interface Bind {
        Object bind(InetSocketAddress address) throws IOException;
    }
}
