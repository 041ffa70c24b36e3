package io.gantry.engine.dns;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes connections of one container, as many as one may have. */
final class TcpListener implements EventLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    private static final int MOST_CONNECTIONS = 64;

    private final ServerSocketChannel channel;
    private final SandboxServer server;
    private final EventLoop loop;
    private final Set<TcpConnection> connections = new HashSet<>();

    TcpListener(ServerSocketChannel channel, SandboxServer server, EventLoop loop) {
        this.channel = channel;
        this.server = server;
        this.loop = loop;
    }

    @Override
    public void ready(SelectionKey key) {
        try {
            SocketChannel accepted = channel.accept();
            if (accepted == null) {
                return;
            }
            if (connections.size() >= MOST_CONNECTIONS) {
                accepted.close();
                return;
            }
            accepted.configureBlocking(false);
            TcpConnection connection = new TcpConnection(accepted, server, loop, connections::remove);
            connections.add(connection);
            connection.begin();
        } catch (IOException e) {
            LOG.debug("cannot take a connection of container {}: {}", server.id(), e.getMessage());
        }
    }

    @Override
    public void broken() {
        LOG.error("the name server of container {} takes no more connections; restart the container", server.id());
    }

    void close() {
        Set.copyOf(connections).forEach(TcpConnection::close);
    }
}
