package io.gantry.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.EngineException;
import io.gantry.engine.Execs;
import io.gantry.engine.InputHandle;
import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.OutputSink.Channel;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.ModelJson;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.HttpServer;
import io.gantry.server.testing.RawClient;
import io.gantry.server.testing.RawClient.Head;
import io.gantry.server.testing.Stub;
import io.gantry.server.testing.StubEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attach, exec and logs: frames, terminals, input, detaching, errors. */
@Timeout(60)
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Stubs are called by name.
class StreamsTest {
    private static final String UPGRADE = " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n";

    @TempDir
    private Path folder;

    private final CompletableFuture<OutputSink> sink = new CompletableFuture<>();
    private final BlockingQueue<String> input = new LinkedBlockingQueue<>();
    private final AtomicReference<Object> asked = new AtomicReference<>();
    private Optional<RuntimeException> failure = Optional.empty();
    private boolean tty;
    private HttpServer server;

    private final class Input implements InputHandle {
        @Override
        public void write(ByteBuffer data) {
            input.add(UTF_8.decode(data).toString());
        }

        @Override
        public void closeInput() {
            input.add("<end>");
        }

        @Override
        public void close() {
            input.add("<left>");
        }
    }

    private final class GivenExecs {
        Execs.Exec find(String id) {
            return new Execs.Exec(
                    id,
                    "c",
                    new Execs.ExecRequest(true, true, true, tty, "", false, List.of(), "", List.of("sh"), ""),
                    false,
                    Optional.empty(),
                    0);
        }

        InputHandle start(String id, OutputSink given) {
            return attached(given);
        }

        void startDetached(String id) {
            asked.set("detached " + id);
        }
    }

    private final class GivenContainers {
        Execs execs() {
            return Stub.of(Execs.class, new GivenExecs());
        }

        Container find(String ref) throws IOException {
            if (ref.equals("none")) {
                throw EngineException.notFound("No such container: none");
            }
            ContainerConfig config = ModelJson.mapper().readValue("{\"Tty\":" + tty + "}", ContainerConfig.class);
            return StubEngine.container("c", "web", config, ContainerState.created());
        }

        InputHandle attach(String ref, AttachRequest request, OutputSink given) {
            asked.set(request);
            return attached(given);
        }

        AutoCloseable logs(String ref, LogRequest request, OutputSink given) {
            asked.set(request);
            return attached(given);
        }
    }

    private InputHandle attached(OutputSink given) {
        if (failure.isPresent()) {
            given.closed();
            throw failure.get();
        }
        sink.complete(given);
        return new Input();
    }

    @BeforeEach
    void listen() throws IOException {
        GantryVersion version = new GantryVersion("1");
        server = new HttpServer(
                Api.over(new StubEngine().containers(new GivenContainers()), version), Api.headers(version));
        server.listen(folder.resolve("s"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RawClient client() throws IOException {
        return RawClient.connect(folder.resolve("s"));
    }

    private void output(Channel channel, String text) throws Exception {
        sink.get(10, TimeUnit.SECONDS).output(channel, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private String nextInput() throws InterruptedException {
        return input.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void outputWithoutATerminalComesInFrames() throws Exception {
        try (RawClient client = client()) {
            client.send("POST /v1.47/containers/x/attach?stdin=1&stdout=1&stderr=1&stream=1" + UPGRADE + "\r\n");
            Head head = client.head();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.header("Content-Type")).isEqualTo("application/vnd.docker.multiplexed-stream");
            assertThat(asked.get()).isEqualTo(new AttachRequest(true, true, true, false, true));
            output(Channel.STDOUT, "out");
            output(Channel.STDERR, "error");
            assertThat(client.frame()).asString().isEqualTo("\u0001out");
            assertThat(client.frame()).asString().isEqualTo("\u0002error");
            client.send("typed");
            assertThat(nextInput()).isEqualTo("typed");
            client.endOutput();
            assertThat(nextInput()).isEqualTo("<end>");
            output(Channel.STDOUT, "after");
            assertThat(client.frame()).asString().isEqualTo("\u0001after");
            sink.get().closed();
            assertThat(client.readToEnd()).isEmpty();
            assertThat(nextInput()).isEqualTo("<left>");
        }
    }

    @Test
    void olderClientsGetTheOlderType() throws Exception {
        try (RawClient client = client()) {
            client.send("POST /v1.41/containers/x/attach?stdout=1&stream=1" + UPGRADE + "\r\n");
            assertThat(client.head().header("Content-Type")).isEqualTo("application/vnd.docker.raw-stream");
        }
    }

    @Test
    void aTerminalsOutputIsRawAndItsKeysDetach() throws Exception {
        tty = true;
        try (RawClient client = client()) {
            client.send("POST /containers/x/attach?stdin=1&stdout=1&stream=1&detachKeys=ctrl-a,q" + UPGRADE + "\r\n");
            assertThat(client.head().header("Content-Type")).isEqualTo("application/vnd.docker.raw-stream");
            output(Channel.STDOUT, "prompt");
            assertThat(client.read(6)).asString().isEqualTo("prompt");
            client.send("ls\u0001");
            assertThat(nextInput()).isEqualTo("ls");
            client.send("x\u0001q ignored");
            assertThat(nextInput()).isEqualTo("\u0001x");
            assertThat(nextInput()).isEqualTo("<left>");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void badDetachKeysAreRefused() throws Exception {
        tty = true;
        try (RawClient client = client()) {
            client.send("POST /containers/x/attach?stdin=1&detachKeys=ctrl-%C3%A9" + UPGRADE + "\r\n");
            assertThat(client.answer("POST").status()).isEqualTo(400);
        }
    }

    @Test
    void attachingToNothingIsNotFound() throws Exception {
        try (RawClient client = client()) {
            client.send("POST /containers/none/attach?stream=1&stdout=1" + UPGRADE + "\r\n");
            assertThat(client.answer("POST").status()).isEqualTo(404);
        }
    }

    @Test
    void attachingThatFailsIsAnError() throws Exception {
        failure = Optional.of(new EngineException(EngineException.Kind.CONFLICT, "container x is paused"));
        try (RawClient client = client()) {
            client.send("POST /containers/x/attach?stream=1&stdout=1" + UPGRADE + "\r\n");
            assertThat(client.answer("POST").status()).isEqualTo(409);
        }
    }

    @Test
    void aClientThatLeavesIsDetached() throws Exception {
        try (RawClient client = client()) {
            client.send("POST /containers/x/attach?stdin=1&stdout=1&stream=1" + UPGRADE + "\r\n");
            client.head();
        }
        assertThat(nextInput()).isEqualTo("<end>");
        boolean refused = false;
        while (!refused) {
            try {
                output(Channel.STDOUT, "x");
            } catch (java.io.UncheckedIOException e) {
                refused = true;
            }
        }
        assertThat(nextInput()).isEqualTo("<left>");
    }

    @Test
    void aContainerThatTalksToAClientThatDoesNotListenIsHeldBack() throws Exception {
        try (RawClient client = client()) {
            client.send("POST /containers/x/attach?stdout=1&stream=1" + UPGRADE + "\r\n");
            client.head();
            OutputSink out = sink.get(10, TimeUnit.SECONDS);
            long[] sent = {0};
            Thread container = new Thread(() -> {
                byte[] piece = new byte[8192];
                for (int i = 0; i < 12_800; i++) {
                    out.output(Channel.STDOUT, ByteBuffer.wrap(piece));
                    sent[0] += piece.length;
                }
                out.closed();
            });
            container.start();
            while (container.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(sent[0]).isLessThan(2 * 1024 * 1024);
            assertThat(client.countToEnd()).isEqualTo(12_800L * (8192 + 8));
            container.join();
        }
    }

    @Test
    void anExecsErrorComesDownItsStream() throws Exception {
        failure = Optional.of(new EngineException(EngineException.Kind.INVALID, "no such program"));
        try (RawClient client = client()) {
            client.send(
                    "POST /exec/e/start" + UPGRADE + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(client.head().status()).isEqualTo(101);
            assertThat(client.frame()).asString().isEqualTo("\u0001no such program\r\n");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anExecRunsAttachedOrNot() throws Exception {
        try (RawClient client = client()) {
            assertThat(client.request("POST", "/exec/e/start", "{\"Detach\":true}")
                            .status())
                    .isEqualTo(200);
            assertThat(asked.get()).isEqualTo("detached e");
            client.send("POST /exec/e/start" + UPGRADE
                    + "Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"Detach\":false}");
            assertThat(client.head().status()).isEqualTo(101);
            output(Channel.STDERR, "from exec");
            assertThat(client.frame()).asString().isEqualTo("\u0002from exec");
            client.send("in");
            assertThat(nextInput()).isEqualTo("in");
        }
    }

    @Test
    void logsAreABodyOfFrames() throws Exception {
        try (RawClient client = client()) {
            client.send("GET /containers/x/logs?stdout=1&tail=5&since=12.5&timestamps=1 HTTP/1.1\r\nHost: x\r\n\r\n");
            Head head = client.head();
            assertThat(head.header("Content-Type")).isEqualTo("application/vnd.docker.multiplexed-stream");
            LogRequest request = (LogRequest) asked.get();
            assertThat(request.tail()).contains(5);
            assertThat(request.since()).contains(java.time.Instant.ofEpochSecond(12, 500_000_000));
            assertThat(request.timestamps()).isTrue();
            assertThat(request.stderr()).isFalse();
            output(Channel.STDOUT, "line\n");
            assertThat(client.chunk()).asString().endsWith("line\n").hasSize(8 + 5);
            sink.get().closed();
            assertThat(client.chunk()).isEmpty();
            assertThat(client.request("GET", "/containers/x/logs").status()).isEqualTo(400);
            assertThat(client.request("GET", "/containers/x/logs?stdout=1&since=yesterday")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void logsThatAreFollowedEndWithTheirClient() throws Exception {
        try (RawClient client = client()) {
            client.send("GET /containers/x/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n");
            client.head();
        }
        assertThat(nextInput()).isEqualTo("<left>");
    }
}
