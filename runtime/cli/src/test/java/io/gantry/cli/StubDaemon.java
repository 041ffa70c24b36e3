package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP server on a Unix socket that gives scripted answers and keeps what it was asked. Each connection has a thread of its own;
 * {@link #close} ends them all.
 */
final class StubDaemon implements Closeable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final List<StubAnswer> answers;
    private final List<StubRequest> requests = new ArrayList<>();
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch started = new CountDownLatch(1);

    private StubDaemon(Path socket, ServerSocketChannel server, List<StubAnswer> answers) {
        this.socket = socket;
        this.server = server;
        this.answers = answers;
    }

    /** Listens; of the answers that fit a request, the first one that is not used up is given. */
    static StubDaemon listen(Path socket, List<StubAnswer> answers) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        StubDaemon stub = new StubDaemon(socket, server, new ArrayList<>(answers));
        daemon(stub::accept, "stub");
        return stub;
    }

    private static void daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    Path socket() {
        return socket;
    }

    String host() {
        return "unix://" + socket;
    }

    /** What was asked so far, in the order of arrival. */
    List<StubRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** Waits until a request has come whose line starts so, and gives it. */
    StubRequest await(String start) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        synchronized (requests) {
            while (true) {
                for (StubRequest request : requests) {
                    if (request.line().startsWith(start)) {
                        return request;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("no request " + start + " within 20 s, but " + requests);
                }
                requests.wait(left);
            }
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                open.add(channel);
                daemon(() -> serve(channel), "stub connection");
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            InputStream in = new StubStream(channel);
            OutputStream out = java.nio.channels.Channels.newOutputStream(channel);
            while (true) {
                StubRequest request = StubRequest.read(in);
                if (request == null) {
                    return;
                }
                synchronized (requests) {
                    requests.add(request);
                    requests.notifyAll();
                }
                if (!find(request).give(request, in, out, started)) {
                    return;
                }
                if (request.method().equals("POST") && request.path().endsWith("/start")) {
                    started.countDown();
                }
            }
        } catch (IOException closed) {
            // the client has what it wanted
        } finally {
            open.remove(channel);
        }
    }

    private StubAnswer find(StubRequest request) {
        synchronized (requests) {
            for (int i = 0; i < answers.size(); i++) {
                StubAnswer answer = answers.get(i);
                if (answer.fits(request)) {
                    return answer.once() ? answers.remove(i) : answer;
                }
            }
        }
        return StubAnswer.parse(
                request.method() + " .* 404 json {\"message\":\"the stub knows no " + request.line() + "\"}");
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel channel : open) {
            channel.close();
        }
        Files.deleteIfExists(socket);
    }
}
