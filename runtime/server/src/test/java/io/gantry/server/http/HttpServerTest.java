package io.gantry.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.server.testing.RawClient;
import io.gantry.server.testing.RawClient.Answer;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests and answers over a Unix socket, byte by byte. */
@Timeout(60)
class HttpServerTest {
    private static final int MEBIBYTE = 1024 * 1024;

    @TempDir
    private Path folder;

    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private HttpServer server;
    private Path socket;

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("s");
        server = new HttpServer(
                head -> new Handling(
                        handlers.getOrDefault(head.path(), exchange -> {
                            throw new HttpError(404, "page not found");
                        }),
                        Map.of(),
                        ApiVersion.NEWEST,
                        false),
                Map.of("Server", "test"));
        server.listen(socket);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RawClient client() throws IOException {
        return RawClient.connect(socket);
    }

    private void answer(String path, String body) {
        handlers.put(path, exchange -> exchange.respond(200, "text/plain", body.getBytes(UTF_8)));
    }

    @Test
    void aConnectionServesManyRequests() throws IOException {
        answer("/a", "first");
        answer("/b", "second");
        try (RawClient client = client()) {
            assertThat(client.request("GET", "/a").body()).isEqualTo("first");
            Answer second = client.request("GET", "/b");
            assertThat(second.body()).isEqualTo("second");
            assertThat(second.head().header("Server")).isEqualTo("test");
            assertThat(second.head().header("Content-Type")).isEqualTo("text/plain");
        }
    }

    @Test
    void requestsSentAtOnceAreAnsweredInOrder() throws IOException {
        answer("/a", "first");
        answer("/b", "second");
        try (RawClient client = client()) {
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer("GET").body()).isEqualTo("first");
            assertThat(client.answer("GET").body()).isEqualTo("second");
        }
    }

    @Test
    void theConnectionEndsWhenTheClientAsksForIt() throws IOException {
        answer("/a", "x");
        try (RawClient client = client()) {
            client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.answer("GET").body()).isEqualTo("x");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void oldClientsGetABodyThatEndsWithTheConnection() throws IOException {
        handlers.put("/s", exchange -> {
            try (ResponseStream stream = exchange.stream(200, "text/plain")) {
                stream.write("streamed".getBytes(UTF_8));
            }
        });
        try (RawClient client = client()) {
            client.send("GET /s HTTP/1.0\r\n\r\n");
            assertThat(client.answer("GET").body()).isEqualTo("streamed");
        }
    }

    @Test
    void headHasTheHeadersAndNoBody() throws IOException {
        answer("/a", "12345");
        try (RawClient client = client()) {
            assertThat(client.request("HEAD", "/a").head().header("Content-Length"))
                    .isEqualTo("5");
            assertThat(client.request("GET", "/a").body()).isEqualTo("12345");
        }
    }

    @Test
    void whatHandlersThrowBecomesDockersErrors() throws IOException {
        Map<EngineException.Kind, Integer> statuses = Map.of(
                EngineException.Kind.NOT_FOUND, 404,
                EngineException.Kind.INVALID, 400,
                EngineException.Kind.CONFLICT, 409,
                EngineException.Kind.FORBIDDEN, 403,
                EngineException.Kind.NOT_IMPLEMENTED, 501,
                EngineException.Kind.SYSTEM, 500);
        try (RawClient client = client()) {
            statuses.forEach((kind, status) -> handlers.put("/" + kind, exchange -> {
                throw new EngineException(kind, "a \"quoted\"\nmessage");
            }));
            for (Map.Entry<EngineException.Kind, Integer> each : statuses.entrySet()) {
                Answer answer = client.request("GET", "/" + each.getKey());
                assertThat(answer.status()).isEqualTo(each.getValue());
                assertThat(answer.head().header("Content-Type")).isEqualTo("application/json");
                assertThat(answer.body()).isEqualTo("{\"message\":\"a \\\"quoted\\\"\\nmessage\"}\n");
            }
        }
    }

    @Test
    void driversErrorsHaveAStatusToo() throws IOException {
        handlers.put("/busy", exchange -> {
            throw new FailedPreconditionException(Problem.of("remove layer x", "it has children"));
        });
        handlers.put("/full", exchange -> {
            throw new OutOfSpaceException(Problem.of("write", "the disk is full"));
        });
        try (RawClient client = client()) {
            assertThat(client.request("GET", "/busy").status()).isEqualTo(409);
            Answer full = client.request("GET", "/full");
            assertThat(full.status()).isEqualTo(500);
            assertThat(full.body()).contains("the disk is full");
        }
    }

    @Test
    void notModifiedHasNoBodyAndTheConnectionGoesOn() throws IOException {
        handlers.put("/same", exchange -> {
            throw new EngineException(EngineException.Kind.NOT_MODIFIED, "it is so already");
        });
        try (RawClient client = client()) {
            assertThat(client.request("POST", "/same").status()).isEqualTo(304);
            assertThat(client.request("POST", "/same").status()).isEqualTo(304);
        }
    }

    @Test
    void aFaultIsAnsweredAndTheServerGoesOn() throws IOException {
        handlers.put("/fault", exchange -> {
            throw new IllegalStateException("bug");
        });
        handlers.put("/silent", exchange -> {});
        answer("/a", "fine");
        try (RawClient client = client()) {
            assertThat(client.request("GET", "/fault").status()).isEqualTo(500);
            assertThat(client.request("GET", "/silent").status()).isEqualTo(500);
            assertThat(client.request("GET", "/a").body()).isEqualTo("fine");
        }
    }

    @Test
    void garbageIsRefusedAndTheConnectionEnds() throws IOException {
        for (String garbage : new String[] {
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
            "GET\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nbroken header\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n"
        }) {
            try (RawClient client = client()) {
                client.send(garbage);
                Answer answer = client.answer("GET");
                assertThat(answer.status()).as(garbage).isBetween(400, 404);
                assertThat(answer.body()).as(garbage).startsWith("{\"message\":\"");
                assertThat(client.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void endlessLinesAndHeadersAreRefused() throws IOException {
        try (RawClient client = client()) {
            client.send("GET /" + "x".repeat(MEBIBYTE) + " HTTP/1.1\r\n\r\n");
            assertThat(client.answer("GET").status()).isEqualTo(414);
        }
        try (RawClient client = client()) {
            client.send("GET / HTTP/1.1\r\nX: " + "x".repeat(MEBIBYTE) + "\r\n\r\n");
            assertThat(client.answer("GET").status()).isEqualTo(431);
        }
    }

    @Test
    void aMalformedChunkIsAnErrorOfTheRequest() throws IOException {
        handlers.put("/read", exchange -> {
            exchange.body().readAllBytes();
            exchange.respond(200);
        });
        try (RawClient client = client()) {
            client.send("POST /read HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n");
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("malformed");
        }
    }

    @Test
    void aBodyCutShortIsAnErrorOfTheRequest() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        handlers.put("/read", exchange -> {
            try {
                exchange.body().readAllBytes();
            } finally {
                failed.countDown();
            }
            exchange.respond(200);
        });
        try (RawClient client = client()) {
            client.send("POST /read HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
            client.endOutput();
            assertThat(client.answer("POST").status()).isEqualTo(400);
        }
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void bodiesComeWholeChunkedOrNot() throws IOException {
        handlers.put(
                "/echo",
                exchange -> exchange.respond(200, "x/y", exchange.body().readAllBytes()));
        try (RawClient client = client()) {
            client.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.answer("POST").body()).isEqualTo("hello");
            client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.answer("POST").body()).isEqualTo("abcde");
        }
    }

    @Test
    void aClientThatWaitsForLeaveToSendGetsIt() throws IOException {
        handlers.put(
                "/echo",
                exchange -> exchange.respond(200, "x/y", exchange.body().readAllBytes()));
        try (RawClient client = client()) {
            client.send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(100);
            client.send("ok");
            assertThat(client.answer("POST").body()).isEqualTo("ok");
        }
    }

    @Test
    void aBodyThatNobodyReadsIsHeldBack() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        handlers.put("/slow", exchange -> {
            await(done);
            exchange.respond(200);
        });
        try (RawClient client = client()) {
            client.send("POST /slow HTTP/1.1\r\nContent-Length: " + 512 * MEBIBYTE + "\r\n\r\n");
            assertThat(client.sendAsMuchAsIsTaken(64 * MEBIBYTE)).isLessThan(2 * MEBIBYTE);
        } finally {
            done.countDown();
        }
    }

    @Test
    void anErrorIsReadableThoughTheBodyIsStillBeingSent() throws IOException {
        try (RawClient client = client()) {
            client.send("POST /nowhere HTTP/1.1\r\nContent-Length: " + 512 * MEBIBYTE + "\r\n\r\n");
            client.send(new byte[100_000]);
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.head().header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void aSmallBodyThatIsIgnoredDoesNotEndTheConnection() throws IOException {
        answer("/a", "x");
        try (RawClient client = client()) {
            assertThat(client.request("POST", "/a", "{\"ignored\":true}").body())
                    .isEqualTo("x");
            assertThat(client.request("POST", "/nowhere", "{}").status()).isEqualTo(404);
            assertThat(client.request("GET", "/a").body()).isEqualTo("x");
        }
    }

    @Test
    void aStreamArrivesPieceByPiece() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        handlers.put("/s", exchange -> {
            ResponseStream stream = exchange.stream(200, "text/plain");
            stream.write("one".getBytes(UTF_8));
            await(read);
            stream.write("two".getBytes(UTF_8));
            stream.close();
        });
        try (RawClient client = client()) {
            client.send("GET /s HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.head().header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(client.chunk()).asString().isEqualTo("one");
            read.countDown();
            assertThat(client.chunk()).asString().isEqualTo("two");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.request("GET", "/nowhere").status()).isEqualTo(404);
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheWriterBack() throws Exception {
        AtomicLong written = new AtomicLong();
        AtomicReference<Thread> writer = new AtomicReference<>();
        byte[] piece = new byte[32 * 1024];
        int pieces = 100 * MEBIBYTE / piece.length;
        handlers.put("/big", exchange -> {
            writer.set(Thread.currentThread());
            ResponseStream stream = exchange.stream(200, "x/y");
            for (int i = 0; i < pieces; i++) {
                stream.write(piece);
                written.addAndGet(piece.length);
            }
            stream.close();
        });
        try (RawClient client = client()) {
            client.send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            while (writer.get() == null || writer.get().getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(written.get()).isLessThan(2 * MEBIBYTE);
            assertThat(client.answer("GET").bytes()).hasSize(100 * MEBIBYTE);
        }
    }

    @Test
    void aStreamThatFailsEndsWithoutItsEnd() throws IOException {
        handlers.put("/broken", exchange -> {
            exchange.stream(200, "x/y").write("part".getBytes(UTF_8));
            throw new IOException("disk error");
        });
        try (RawClient client = client()) {
            client.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThatThrownBy(() -> client.answer("GET")).hasMessageContaining("ended the connection");
        }
    }

    @Test
    void aClientThatLeavesIsNoticed() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        handlers.put("/s", exchange -> {
            exchange.onCancel(cancelled::countDown);
            ResponseStream stream = exchange.stream(200, "x/y");
            await(cancelled);
            try {
                while (true) {
                    stream.write(new byte[1024]);
                }
            } catch (IOException e) {
                failed.countDown();
            }
        });
        try (RawClient client = client()) {
            client.send("GET /s HTTP/1.1\r\nHost: x\r\n\r\n");
            client.head();
        }
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatOnlyEndedItsHalfGetsItsAnswer() throws IOException {
        answer("/a", "x");
        try (RawClient client = client()) {
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
            client.endOutput();
            assertThat(client.answer("GET").body()).isEqualTo("x");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void oneBusyRequestHoldsUpNoOther() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        handlers.put("/slow", exchange -> {
            await(done);
            exchange.respond(204);
        });
        answer("/a", "x");
        try (RawClient slow = client();
                RawClient fast = client()) {
            slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(fast.request("GET", "/a").body()).isEqualTo("x");
            done.countDown();
            assertThat(slow.answer("GET").status()).isEqualTo(204);
        } finally {
            done.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
