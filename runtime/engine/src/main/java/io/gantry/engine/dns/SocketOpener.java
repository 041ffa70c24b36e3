package io.gantry.engine.dns;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens sockets to name servers, in the network namespaces that they are to be asked from. A thread of its own does it, since it takes a change of namespace. */
final class SocketOpener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketOpener.class);
    private static final int PORT = 53;

    private final Path hostNamespace;
    private final boolean ownNamespace;
    private final EventLoop loop;
    private final ExecutorService thread;

    SocketOpener(Path hostNamespace, boolean ownNamespace, EventLoop loop) {
        this.hostNamespace = hostNamespace;
        this.ownNamespace = ownNamespace;
        this.loop = loop;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "gantry-dns-sockets");
            made.setDaemon(true);
            return made;
        });
    }

    /** Opens a UDP socket that talks to a server only. Both outcomes are told on the loop's thread. */
    void udp(Upstream server, Path container, Consumer<DatagramChannel> opened, Runnable failed) {
        open(server, container, DatagramChannel::open, channel -> channel.connect(address(server)), opened, failed);
    }

    /** Begins a TCP connection to a server. */
    void tcp(Upstream server, Path container, Consumer<SocketChannel> opened, Runnable failed) {
        open(server, container, SocketChannel::open, channel -> channel.connect(address(server)), opened, failed);
    }

    private <C extends SelectableChannel & NetworkChannel> void open(
            Upstream server, Path container, Open<C> open, Connect<C> connect, Consumer<C> opened, Runnable failed) {
        try {
            thread.execute(() -> {
                try {
                    C channel = connected(server, container, open, connect);
                    loop.execute(() -> opened.accept(channel));
                } catch (IOException | RuntimeException e) {
                    LOG.debug("cannot ask name server {}: {}", server, e.getMessage());
                    loop.execute(failed);
                }
            });
        } catch (RejectedExecutionException e) {
            loop.execute(failed);
        }
    }

    private <C extends SelectableChannel & NetworkChannel> C connected(
            Upstream server, Path container, Open<C> open, Connect<C> connect) throws IOException {
        StandardProtocolFamily family =
                server.address() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        C channel = server.fromHost() && ownNamespace
                ? open.open(family)
                : Namespaces.in(
                        server.fromHost() ? hostNamespace : container, NamespaceKind.NETWORK, () -> open.open(family));
        try {
            channel.configureBlocking(false);
            connect.connect(channel);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static InetSocketAddress address(Upstream server) {
        return new InetSocketAddress(server.address(), PORT);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private interface Open<C> {
        C open(StandardProtocolFamily family) throws IOException;
    }

    private interface Connect<C> {
        void connect(C channel) throws IOException;
    }
}
