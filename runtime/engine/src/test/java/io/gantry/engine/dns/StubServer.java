package io.gantry.engine.dns;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A name server of a test, in a network namespace of the test. */
public final class StubServer implements AutoCloseable {
    private final DatagramChannel udp;
    private final ServerSocketChannel tcp;
    private final Behaviour behaviour;
    private final List<byte[]> asked = new CopyOnWriteArrayList<>();

    /** What it does with a question; null for nothing. */
    public interface Behaviour {
        byte[] answer(byte[] query, boolean overTcp) throws IOException;
    }

    public StubServer(Path namespace, String address, Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        InetSocketAddress at = new InetSocketAddress(InetAddress.getByName(address), 53);
        this.udp = Namespaces.in(
                namespace, NamespaceKind.NETWORK, () -> DatagramChannel.open().bind(at));
        this.tcp = Namespaces.in(
                namespace,
                NamespaceKind.NETWORK,
                () -> ServerSocketChannel.open().bind(at));
        start(this::serveUdp);
        start(this::serveTcp);
    }

    /** What it was asked so far. */
    public List<byte[]> asked() {
        return asked;
    }

    private static void start(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException e) {
                // Its socket was closed.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serveUdp() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        while (true) {
            buffer.clear();
            var from = udp.receive(buffer);
            byte[] answer = handle(Arrays.copyOf(buffer.array(), buffer.position()), false);
            if (answer != null) {
                udp.send(ByteBuffer.wrap(answer), from);
            }
        }
    }

    private void serveTcp() throws IOException {
        while (true) {
            try (SocketChannel connection = tcp.accept()) {
                DataInputStream in = new DataInputStream(connection.socket().getInputStream());
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                byte[] answer = handle(query, true);
                if (answer != null) {
                    DataOutputStream out =
                            new DataOutputStream(connection.socket().getOutputStream());
                    out.writeShort(answer.length);
                    out.write(answer);
                    out.flush();
                }
            }
        }
    }

    private byte[] handle(byte[] query, boolean overTcp) throws IOException {
        asked.add(query);
        return behaviour.answer(query, overTcp);
    }

    @Override
    public void close() throws IOException {
        for (Closeable socket : List.of(udp, tcp)) {
            socket.close();
        }
    }

    private interface Loop {
        void run() throws IOException;
    }
}
