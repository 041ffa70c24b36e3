package io.gantry.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.server.testing.RawClient;
import io.gantry.server.testing.RawClient.Head;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are taken over as raw streams. */
@Timeout(60)
class HijackTest {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final String UPGRADE =
            "POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";

    @TempDir
    private Path folder;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private HttpServer server;
    private Handler handler = exchange -> {
        HijackedStream stream = exchange.hijack("application/vnd.docker.raw-stream");
        stream.receive(new Echo(stream));
    };

    /** Sends back what comes, and {@code bye} at its end. */
    private class Echo implements HijackedStream.Receiver {
        private final HijackedStream stream;

        Echo(HijackedStream stream) {
            this.stream = stream;
        }

        @Override
        public void data(ByteBuffer bytes) throws IOException {
            stream.send(bytes);
        }

        @Override
        public void end() {
            ended.countDown();
            try {
                stream.send(ByteBuffer.wrap("bye".getBytes(UTF_8)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            stream.close();
        }

        @Override
        public void gone() {
            gone.countDown();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        server = new HttpServer(
                head -> new Handling(exchange -> handler.handle(exchange), Map.of(), ApiVersion.NEWEST, true),
                Map.of());
        server.listen(folder.resolve("s"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RawClient client() throws IOException {
        return RawClient.connect(folder.resolve("s"));
    }

    @Test
    void anUpgradeIsConfirmedAndBytesGoBothWays() throws IOException {
        try (RawClient client = client()) {
            client.send(UPGRADE);
            Head head = client.head();
            assertThat(head.line()).isEqualTo("HTTP/1.1 101 UPGRADED");
            assertThat(head.header("Content-Type")).isEqualTo("application/vnd.docker.raw-stream");
            assertThat(head.header("Connection")).isEqualToIgnoringCase("Upgrade");
            assertThat(head.header("Upgrade")).isEqualTo("tcp");
            client.send("ping");
            assertThat(client.read(4)).asString().isEqualTo("ping");
            client.send("pong");
            assertThat(client.read(4)).asString().isEqualTo("pong");
        }
    }

    @Test
    void withoutAnUpgradeTheStreamIsTheBody() throws IOException {
        try (RawClient client = client()) {
            client.send("POST /x HTTP/1.1\r\nHost: x\r\n\r\n");
            Head head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers()).doesNotContainKeys("transfer-encoding", "content-length");
            client.send("ping");
            assertThat(client.read(4)).asString().isEqualTo("ping");
        }
    }

    @Test
    void whatIsSentRightAfterTheRequestIsNotLost() throws IOException {
        try (RawClient client = client()) {
            client.send(UPGRADE + "GET / early input\r\n");
            client.head();
            assertThat(client.read(19)).asString().isEqualTo("GET / early input\r\n");
        }
    }

    @Test
    void aBodyComesBeforeTheStream() throws IOException {
        handler = exchange -> {
            byte[] body = exchange.body().readAllBytes();
            HijackedStream stream = exchange.hijack("x/y");
            stream.send(ByteBuffer.wrap(body));
            stream.receive(new Echo(stream));
        };
        try (RawClient client = client()) {
            client.send("POST /x HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 4\r\n\r\nbodystream");
            client.head();
            assertThat(client.read(10)).asString().isEqualTo("bodystream");
        }
    }

    @Test
    void theEndOfInputIsToldAndOutputGoesOn() throws Exception {
        try (RawClient client = client()) {
            client.send(UPGRADE);
            client.head();
            client.send("last");
            client.endOutput();
            assertThat(client.readToEnd()).asString().isEqualTo("lastbye");
        }
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void muchOutputAfterTheEndOfInputArrivesWhole() throws IOException {
        handler = exchange -> {
            HijackedStream stream = exchange.hijack("x/y");
            stream.receive(new Echo(stream) {
                @Override
                public void end() {
                    // output goes on for long after
                }
            });
            ByteBuffer piece = ByteBuffer.allocate(8192);
            for (int i = 0; i < 32 * MEBIBYTE / 8192; i++) {
                stream.send(piece.clear());
            }
            stream.close();
        };
        try (RawClient client = client()) {
            client.send(UPGRADE);
            client.head();
            client.endOutput();
            assertThat(client.countToEnd()).isEqualTo(32L * MEBIBYTE);
        }
    }

    @Test
    void aClientThatLeavesIsNoticed() throws Exception {
        try (RawClient client = client()) {
            client.send(UPGRADE);
            client.head();
        }
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void inputThatNobodyTakesIsHeldBack() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        handler = exchange -> {
            HijackedStream stream = exchange.hijack("x/y");
            stream.receive(new Echo(stream) {
                @Override
                public void data(ByteBuffer bytes) throws IOException {
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            });
        };
        try (RawClient client = client()) {
            client.send(UPGRADE);
            client.head();
            assertThat(client.sendAsMuchAsIsTaken(64 * MEBIBYTE)).isLessThan(2 * MEBIBYTE);
        } finally {
            done.countDown();
        }
    }

    @Test
    void muchInputArrivesWhole() throws Exception {
        try (RawClient client = client()) {
            client.send(UPGRADE);
            client.head();
            Thread sender = new Thread(() -> {
                try {
                    client.send(new byte[32 * MEBIBYTE]);
                    client.endOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            assertThat(client.countToEnd()).isEqualTo(32L * MEBIBYTE + 3);
            sender.join();
        }
    }

    @Test
    void aRefusalLeavesTheConnectionUsable() throws IOException {
        Handler echo = handler;
        handler = exchange -> {
            throw new HttpError(409, "not now");
        };
        try (RawClient client = client()) {
            client.send(UPGRADE);
            assertThat(client.answer("POST").status()).isEqualTo(409);
            handler = echo;
            client.send(UPGRADE);
            assertThat(client.head().status()).isEqualTo(101);
            client.send("ping");
            assertThat(client.read(4)).asString().isEqualTo("ping");
        }
    }
}
