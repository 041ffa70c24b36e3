package io.gantry.network.plugin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A plug-in on a Unix socket that says what a test tells it to say, right or wrong. */
final class ScriptedPlugin implements AutoCloseable {
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ServerSocketChannel server;
    private final Path socket;

    /** What a request gets for an answer. */
    interface Script {
        void answer(OutputStream out) throws IOException;
    }

    /** A request that came. */
    record Call(String method, Map<String, String> headers, Map<String, Object> request) {}

    ScriptedPlugin(Path socket) throws IOException {
        this.socket = socket;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        json("Plugin.Activate", "{\"Implements\": [\"NetworkDriver\", \"IpamDriver\", \"VolumeDriver\"]}");
        json("NetworkDriver.GetCapabilities", "{\"Scope\": \"local\", \"ConnectivityScope\": \"local\"}");
        daemon(this::serve);
    }

    ScriptedPlugin json(String method, String body) {
        return status(method, 200, body);
    }

    ScriptedPlugin status(String method, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return raw(method, "HTTP/1.1 " + status + " X\r\nContent-Length: " + bytes.length + "\r\n\r\n" + body);
    }

    ScriptedPlugin raw(String method, String answer) {
        return script(method, out -> out.write(answer.getBytes(StandardCharsets.UTF_8)));
    }

    ScriptedPlugin script(String method, Script script) {
        scripts.put(method, script);
        return this;
    }

    /** Takes the request and says nothing until the test ends. */
    ScriptedPlugin hang(String method) {
        return script(method, out -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    List<String> methods() {
        return calls.stream().map(Call::method).toList();
    }

    Call last(String method) {
        return calls.stream()
                .filter(call -> call.method().equals(method))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        end.countDown();
        server.close();
        Files.deleteIfExists(socket);
    }

    private void serve() throws IOException {
        while (server.isOpen()) {
            SocketChannel client = server.accept();
            daemon(() -> {
                try (client) {
                    converse(client);
                }
            });
        }
    }

    private void converse(SocketChannel client) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(client));
        String[] request = line(in).split(" ", -1);
        Map<String, String> headers = new ConcurrentHashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String[] parts = header.split(": ", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
        String method = request[1].substring(1);
        calls.add(new Call(method, headers, Json.read(body)));
        scripts.getOrDefault(
                        method,
                        out -> out.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII)))
                .answer(Channels.newOutputStream(client));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static void daemon(Loop loop) {
        Thread thread = new Thread(() -> {
            try {
                loop.run();
            } catch (IOException e) {
                // The client gave up, as tests want it to, or the test is over.
                System.getLogger("test").log(System.Logger.Level.TRACE, "connection", e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Loop {
        void run() throws IOException;
    }
}
