package io.gantry.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Speaks HTTP over a Unix socket by hand, so that tests decide on every byte. */
public final class RawClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).flip();

    private RawClient(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects. */
    public static RawClient connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new RawClient(channel);
    }

    /**
     * The head of an answer.
     *
     * @param line the status line
     * @param headers by lower-case name
     */
    public record Head(String line, Map<String, String> headers) {
        /** The status. */
        public int status() {
            return Integer.parseInt(line.split(" ", 3)[1]);
        }

        /** A header, or an empty text. */
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** A whole answer. */
    public record Answer(Head head, byte[] bytes) {
        /** The status. */
        public int status() {
            return head.status();
        }

        /** The body. */
        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Sends a text as it is. */
    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. */
    public RawClient send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return this;
    }

    /** Sends until nothing more is taken for the moment; how many bytes were. */
    public long sendAsMuchAsIsTaken(long limit) throws IOException {
        channel.configureBlocking(false);
        try {
            ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
            long sent = 0;
            long quietSince = System.nanoTime();
            while (sent < limit && System.nanoTime() - quietSince < 500_000_000L) {
                piece.clear();
                int count = channel.write(piece);
                if (count > 0) {
                    sent += count;
                    quietSince = System.nanoTime();
                } else {
                    Thread.onSpinWait();
                }
            }
            return sent;
        } finally {
            channel.configureBlocking(true);
        }
    }

    /** A request without a body. */
    public Answer request(String method, String target) throws IOException {
        send(method + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return answer(method);
    }

    /** A request with a JSON body. */
    public Answer request(String method, String target, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n\r\n");
        send(body);
        return answer(method);
    }

    /** Reads an answer. */
    public Answer answer(String method) throws IOException {
        Head head = head();
        if (method.equals("HEAD") || head.status() == 204 || head.status() == 304 || head.status() < 200) {
            return new Answer(head, new byte[0]);
        }
        if (head.header("transfer-encoding").equals("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
                body.write(chunk);
            }
            return new Answer(head, body.toByteArray());
        }
        if (head.headers().containsKey("content-length")) {
            return new Answer(head, read(Integer.parseInt(head.header("content-length"))));
        }
        return new Answer(head, readToEnd());
    }

    /** Reads the head of an answer. */
    public Head head() throws IOException {
        String first = line();
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new Head(first, headers);
    }

    /** Reads a chunk; the last one is empty. */
    public byte[] chunk() throws IOException {
        byte[] chunk = read(Integer.parseInt(line(), 16));
        line();
        return chunk;
    }

    /** Reads so many bytes. */
    public byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            fill();
            int length = Math.min(in.remaining(), count - at);
            in.get(bytes, at, length);
            at += length;
        }
        return bytes;
    }

    /** Reads until the other side ends. */
    public byte[] readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            while (true) {
                fill();
                all.write(in.array(), in.position(), in.remaining());
                in.position(in.limit());
            }
        } catch (EOFException end) {
            return all.toByteArray();
        }
    }

    /** Counts what comes until the other side ends. */
    public long countToEnd() throws IOException {
        long count = 0;
        try {
            while (true) {
                fill();
                count += in.remaining();
                in.position(in.limit());
            }
        } catch (EOFException end) {
            return count;
        }
    }

    /** Reads a frame of a multiplexed stream: its stream's number, then its content. */
    public byte[] frame() throws IOException {
        byte[] header = read(8);
        byte[] content = read(ByteBuffer.wrap(header).getInt(4));
        byte[] frame = Arrays.copyOf(header, 1 + content.length);
        System.arraycopy(content, 0, frame, 1, content.length);
        return frame;
    }

    /** Ends our half of the connection. */
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            fill();
            byte next = in.get();
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8).stripTrailing();
            }
            line.write(next);
        }
    }

    private void fill() throws IOException {
        if (!in.hasRemaining()) {
            in.clear();
            int count;
            try {
                count = channel.read(in);
            } finally {
                in.flip();
            }
            if (count < 0) {
                throw new EOFException("the server ended the connection");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
