package io.gantry.network.bridge;

import io.gantry.linux.Fd;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.Cidr;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * Network namespaces that exist only as descriptors of this process, so that nothing outlives it: a host, and a remote host joined to it by a veth
 * pair. The machine's own namespace is never touched.
 */
final class Lab implements AutoCloseable {
    static final String HOST = "192.0.2.1";
    static final String REMOTE = "192.0.2.2";
    static final String HOST6 = "2001:db8::1";
    static final String REMOTE6 = "2001:db8::2";
    private static final int MILLIS = 1500; // leaves room for one retransmission

    private final Deque<Closeable> open = new ArrayDeque<>();
    final Fd host;
    final Fd remote;

    Lab() {
        host = namespace();
        remote = namespace();
        try (Netlink ours = Netlink.open(host);
                Netlink theirs = Netlink.open(remote)) {
            ours.createVeth(
                    VethSpec.of("uplink", VethSpec.Peer.of("eth0").in(remote)).withUp());
            int uplink = ours.link("uplink").orElseThrow().index();
            int eth0 = theirs.link("eth0").orElseThrow().index();
            theirs.setUp(eth0);
            ours.addAddress(uplink, Cidr.parse(HOST + "/24"));
            ours.addAddress(uplink, Cidr.parse(HOST6 + "/64"), AddressFlag.NODAD);
            theirs.addAddress(eth0, Cidr.parse(REMOTE + "/24"));
            theirs.addAddress(eth0, Cidr.parse(REMOTE6 + "/64"), AddressFlag.NODAD);
            // The remote host tries to reach container addresses through the host.
            theirs.addRoute(Route.defaultVia(Cidr.parse(HOST + "/24").address(), eth0));
            theirs.addRoute(Route.defaultVia(Cidr.parse(HOST6 + "/64").address(), eth0));
        }
    }

    /** A new namespace whose loopback device is up. */
    Fd namespace() {
        Fd fd = Namespaces.inNew(
                Set.of(NamespaceKind.NETWORK), () -> Fd.open(Path.of("/proc/thread-self/ns/net"), OpenFlags.O_RDONLY));
        open.push(fd::close);
        try (Netlink netlink = Netlink.open(fd)) {
            netlink.change(LinkChange.of("lo").up());
        }
        return fd;
    }

    <C extends Closeable> C closing(C resource) {
        open.push(resource);
        return resource;
    }

    <T, E extends Exception> T in(Fd namespace, Namespaces.Work<T, E> work) throws E {
        return Namespaces.in(namespace, NamespaceKind.NETWORK, work);
    }

    /** Answers each TCP connection to the port with the client's address, on both families. */
    void serveTcp(Fd namespace, int port) throws IOException {
        ServerSocket server = closing(in(namespace, () -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return socket;
        }));
        daemon(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write(text(client.getInetAddress()).getBytes(StandardCharsets.US_ASCII));
                } catch (SocketException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
    }

    /** Answers each datagram with a name and the sender's address. */
    void serveUdp(Fd namespace, int port, String name) throws IOException {
        DatagramSocket server = closing(in(namespace, () -> new DatagramSocket(port)));
        daemon(() -> {
            byte[] bytes = new byte[64];
            while (!server.isClosed()) {
                try {
                    DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                    server.receive(packet);
                    byte[] answer = (name + " " + text(packet.getAddress())).getBytes(StandardCharsets.US_ASCII);
                    server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                } catch (SocketException e) {
                    return;
                }
            }
        });
    }

    /** What a TCP server says to a client in the namespace; empty if it cannot be reached. */
    Optional<String> tcp(Fd namespace, String address, int port) {
        return in(namespace, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), MILLIS);
                socket.setSoTimeout(MILLIS);
                return Optional.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    /** A socket for {@link #udp}, in the namespace. */
    DatagramSocket udpClient(Fd namespace) throws IOException {
        DatagramSocket socket = closing(in(namespace, () -> new DatagramSocket()));
        socket.setSoTimeout(MILLIS);
        return socket;
    }

    /** What a UDP server answers; empty if nothing does. */
    static Optional<String> udp(DatagramSocket socket, String address, int port) throws IOException {
        byte[] bytes = new byte[64];
        try {
            socket.send(new DatagramPacket(bytes, 1, new InetSocketAddress(address, port)));
            DatagramPacket answer = new DatagramPacket(bytes, bytes.length);
            socket.receive(answer);
            return Optional.of(new String(bytes, 0, answer.getLength(), StandardCharsets.US_ASCII));
        } catch (SocketTimeoutException | SocketException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static void daemon(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Loop {
        void run() throws IOException;
    }
}
