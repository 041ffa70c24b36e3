package io.gantry.cli;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection (RFC 9112): requests one after another, bodies by length, by chunks or to the end of the
 * stream, and hand-over of the raw stream after an upgrade. Reads and writes may run on two threads at once; the
 * channel is used directly, as the JDK's stream adapters share one lock between both directions.
 */
final class HttpConnection implements Closeable {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(32 * 1024).limit(0);
    private boolean reusable = true;
    private boolean bodyEnded = true;

    HttpConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** A response whose {@code body} is framed; header names are in lower case. */
    record Response(int status, Map<String, String> headers, InputStream body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** Writes a request; {@code body} may be null for none. */
    void send(String method, String target, Map<String, String> headers, byte[] body) throws IOException {
        StringBuilder head = head(method, target, headers);
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            head.append("Content-Length: 0\r\n");
        }
        head.append("\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(start.length + (body == null ? 0 : body.length));
        message.put(start);
        if (body != null) {
            message.put(body);
        }
        write(message.flip());
    }

    /** Writes a request whose body is a stream of unknown length, in chunks. */
    void sendStream(String method, String target, Map<String, String> headers, InputStream body) throws IOException {
        StringBuilder head = head(method, target, headers);
        head.append("Transfer-Encoding: chunked\r\n\r\n");
        write(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.UTF_8)));
        byte[] block = new byte[64 * 1024];
        for (int count = body.read(block); count >= 0; count = body.read(block)) {
            if (count > 0) {
                byte[] size = (Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                ByteBuffer chunk = ByteBuffer.allocate(size.length + count + 2);
                chunk.put(size).put(block, 0, count).put((byte) '\r').put((byte) '\n');
                write(chunk.flip());
            }
        }
        write(ByteBuffer.wrap("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private static StringBuilder head(String method, String target, Map<String, String> headers) {
        StringBuilder head = new StringBuilder(256);
        head.append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: gantry\r\nUser-Agent: Gantry-Client\r\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return head;
    }

    /** Reads the head of the next response; the caller reads or drops the body before the next request. */
    Response receive(String method) throws IOException {
        String statusLine = line();
        String[] parts = statusLine.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new IOException("the daemon's answer is not HTTP: " + statusLine);
        }
        int status = Integer.parseInt(parts[1]);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        if (status == 100) {
            return receive(method);
        }
        if (headers.getOrDefault("connection", "").equalsIgnoreCase("close")) {
            reusable = false;
        }
        return new Response(status, headers, body(method, status, headers));
    }

    private InputStream body(String method, int status, Map<String, String> headers) {
        if (status == 101) {
            reusable = false;
            return new Raw();
        }
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            bodyEnded = false;
            return new Chunked();
        }
        String length = headers.get("content-length");
        if (length != null) {
            return new Sized(Long.parseLong(length));
        }
        reusable = false;
        return new Raw();
    }

    /** Whether another request may follow: the last body has been read to its end, and nobody asked to close. */
    boolean reusable() {
        return reusable && bodyEnded && channel.isOpen();
    }

    /** The way to the daemon after a hijack; closing it ends our half only. */
    OutputStream rawOutput() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                HttpConnection.this.write(ByteBuffer.wrap(bytes, offset, length));
            }

            @Override
            public void close() throws IOException {
                channel.shutdownOutput();
            }
        };
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void write(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private boolean fill() throws IOException {
        if (!in.hasRemaining()) {
            in.clear();
            int count;
            try {
                count = channel.read(in);
            } finally {
                in.flip();
            }
            return count > 0;
        }
        return true;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (!fill()) {
                throw new EOFException("the daemon closed the connection");
            }
            char c = (char) (in.get() & 0xff);
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append(c);
            }
        }
    }

    private int take(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, in.remaining());
        in.get(target, offset, count);
        return count;
    }

    private abstract static class Body extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public abstract int read(byte[] target, int offset, int length) throws IOException;
    }

    private final class Raw extends Body {
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return take(target, offset, length);
        }
    }

    private final class Sized extends Body {
        private long left;

        Sized(long left) {
            this.left = left;
            bodyEnded = left == 0;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = take(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the daemon closed the connection " + left + " bytes early");
            }
            left -= count;
            bodyEnded = left == 0;
            return count;
        }
    }

    private final class Chunked extends Body {
        private long left;
        private boolean started;
        private boolean done;

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0 && !done) {
                nextChunk();
            }
            if (done) {
                return -1;
            }
            int count = take(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the daemon closed the connection in the middle of its answer");
            }
            left -= count;
            return count;
        }

        private void nextChunk() throws IOException {
            if (started) {
                line();
            }
            started = true;
            String size = line();
            int semicolon = size.indexOf(';');
            left = Long.parseLong((semicolon < 0 ? size : size.substring(0, semicolon)).trim(), 16);
            if (left == 0) {
                while (!line().isEmpty()) {
                    // trailers carry nothing we use
                }
                done = true;
                bodyEnded = true;
            }
        }
    }
}
