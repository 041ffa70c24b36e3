package io.gantry.engine.dns;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes questions by UDP. */
record UdpListener(DatagramChannel channel, ByteBuffer buffer, SandboxServer server) implements EventLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);

    /** How many are taken before others get their turn. */
    private static final int MOST_AT_ONCE = 32;

    @Override
    public void ready(SelectionKey key) {
        try {
            for (int i = 0; i < MOST_AT_ONCE; i++) {
                buffer.clear();
                SocketAddress from = channel.receive(buffer);
                if (from == null) {
                    return;
                }
                byte[] packet = new byte[buffer.flip().remaining()];
                buffer.get(packet);
                server.serve(packet, false, answer -> send(answer, from));
            }
        } catch (IOException e) {
            LOG.debug("cannot receive a question of container {}: {}", server.id(), e.getMessage());
        }
    }

    /** What does not go out is lost, as datagrams are. */
    private void send(byte[] answer, SocketAddress to) {
        try {
            channel.send(ByteBuffer.wrap(answer), to);
        } catch (IOException e) {
            LOG.debug("cannot answer container {}: {}", server.id(), e.getMessage());
        }
    }

    @Override
    public void broken() {
        LOG.error("the name server of container {} no longer listens; restart the container", server.id());
    }
}
