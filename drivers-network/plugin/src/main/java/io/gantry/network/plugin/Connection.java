package io.gantry.network.plugin;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A connection to a plug-in. Closing it from another thread ends what is under way. */
final class Connection implements Closeable {
    private final Closeable lower;
    private final Opener opener;

    private Connection(Closeable lower, Opener opener) {
        this.lower = lower;
        this.opener = opener;
    }

    /** What makes streams of a socket. */
    private interface Opener {
        Streams open() throws IOException;
    }

    /** Both directions. */
    record Streams(InputStream in, OutputStream out) {}

    /** Connects, within the given time: a Unix socket, too, can have a queue that is full. */
    static Connection to(PluginAddress address, Deadlines deadlines, Duration time) throws IOException {
        if (address instanceof PluginAddress.Unix unix) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            return connected(
                    channel,
                    deadlines.watch(channel, time),
                    () -> channel.connect(UnixDomainSocketAddress.of(unix.socket())),
                    () -> streams(Channels.newInputStream(channel), Channels.newOutputStream(channel)));
        }
        PluginAddress.Tcp tcp = (PluginAddress.Tcp) address;
        Socket socket = new Socket();
        return connected(
                socket,
                deadlines.watch(socket, time),
                () -> socket.connect(new InetSocketAddress(tcp.host(), tcp.port())),
                () -> {
                    Socket upper = tcp.tls().isPresent()
                            ? TlsClient.of(tcp.tls().get()).over(socket, tcp.host(), tcp.port())
                            : socket;
                    return streams(upper.getInputStream(), upper.getOutputStream());
                });
    }

    /** The streams; with TLS, after the handshake. */
    Streams streams() throws IOException {
        return opener.open();
    }

    @Override
    public void close() throws IOException {
        lower.close();
    }

    private interface Connect {
        void run() throws IOException;
    }

    private static Connection connected(Closeable socket, Deadlines.Alarm alarm, Connect connect, Opener opener)
            throws IOException {
        try {
            connect.run();
            return new Connection(socket, opener);
        } catch (IOException | RuntimeException e) {
            socket.close();
            String why = alarm.hasRung() ? "it does not accept connections" : String.valueOf(e.getMessage());
            throw new IOException(why, e);
        } finally {
            alarm.cancel();
        }
    }

    private static Streams streams(InputStream in, OutputStream out) {
        return new Streams(new BufferedInputStream(in), out);
    }
}
