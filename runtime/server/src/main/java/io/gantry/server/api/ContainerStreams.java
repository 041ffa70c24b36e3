package io.gantry.server.api;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.Containers;
import io.gantry.engine.InputHandle;
import io.gantry.engine.LogRequest;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.WaitResult;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HijackedStream;
import io.gantry.server.http.HttpError;
import io.gantry.server.http.Query;
import io.gantry.server.http.ResponseStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers' input, output, logs and ends. */
final class ContainerStreams {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerStreams.class);

    private final Containers containers;
    private final JsonBody json;

    ContainerStreams(Containers containers, JsonBody json) {
        this.containers = containers;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.hijack("/containers/{id}/attach", this::attach)
                .get("/containers/{id}/logs", this::logs)
                .post("/containers/{id}/wait", this::await);
    }

    /** The media type of a stream: raw, or in frames if the client is young enough to ask for that by name. */
    static String type(Exchange exchange, boolean framed) {
        return framed && exchange.version().atLeast(42)
                ? "application/vnd.docker.multiplexed-stream"
                : "application/vnd.docker.raw-stream";
    }

    private void attach(Exchange exchange) {
        Container container = containers.find(ContainerRoutes.id(exchange));
        boolean tty = container.config().tty();
        Query query = exchange.query();
        Optional<DetachKeys> keys = tty ? Optional.of(DetachKeys.parse(query.text("detachKeys"))) : Optional.empty();
        AttachRequest request = new AttachRequest(
                query.flag("stdin"),
                query.flag("stdout"),
                query.flag("stderr"),
                query.flag("logs"),
                query.flag("stream"));
        StreamSink sink = new StreamSink(!tty);
        InputHandle handle;
        try {
            handle = containers.attach(container.id(), request, sink);
        } catch (RuntimeException e) {
            sink.abandon();
            throw e;
        }
        HijackedStream stream = exchange.hijack(type(exchange, !tty));
        stream.receive(new InputPump(handle, stream, keys));
        sink.open(new Targets.Hijacked(stream));
    }

    private void logs(Exchange exchange) throws IOException {
        Query query = exchange.query();
        if (!query.flag("stdout") && !query.flag("stderr")) {
            throw HttpError.badRequest("Bad parameters: you must choose at least one stream");
        }
        Container container = containers.find(ContainerRoutes.id(exchange));
        LogRequest request = new LogRequest(
                query.flag("stdout"),
                query.flag("stderr"),
                query.flag("follow"),
                query.flag("timestamps"),
                Times.parse("since", query.text("since")),
                Times.parse("until", query.text("until")),
                tail(query.text("tail")));
        boolean framed = !container.config().tty();
        StreamSink sink = new StreamSink(framed);
        AutoCloseable reading;
        try {
            reading = containers.logs(container.id(), request, sink);
        } catch (RuntimeException e) {
            sink.abandon();
            throw e;
        }
        exchange.onCancel(() -> close(reading));
        sink.open(new Targets.Body(exchange.stream(200, type(exchange, framed))));
    }

    /** As Docker reads it: whatever is no number means all. */
    private static Optional<Integer> tail(String text) {
        return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    private static void close(AutoCloseable reading) {
        try {
            reading.close();
        } catch (Exception e) {
            LOG.warn("reading of a log could not be ended", e);
        }
    }

    /** The head of the answer goes out at once: clients start the container only then. */
    private void await(Exchange exchange) throws IOException {
        WaitCondition condition = condition(exchange.query().text("condition"));
        CompletableFuture<WaitResult> end = containers.await(ContainerRoutes.id(exchange), condition);
        exchange.onCancel(() -> end.cancel(false));
        ResponseStream stream = exchange.stream(200, "application/json");
        CompletableFuture<Void> told = end.handle((result, failure) -> {
            tell(exchange, stream, result, failure);
            return null;
        });
        LOG.trace("waiting: {}", told);
    }

    private void tell(Exchange exchange, ResponseStream stream, WaitResult result, Throwable failure) {
        if (failure != null) {
            LOG.debug("a wait ended early", failure);
            exchange.abort();
            return;
        }
        View view = new View().put("StatusCode", result.exitCode());
        result.error().ifPresent(message -> view.put("Error", new View().put("Message", message)));
        try {
            stream.write(json.line(view));
            stream.close();
        } catch (IOException e) {
            LOG.debug("the end of a container could not be told", e);
        }
    }

    private static WaitCondition condition(String text) {
        return switch (text) {
            case "", "not-running" -> WaitCondition.NOT_RUNNING;
            case "next-exit" -> WaitCondition.NEXT_EXIT;
            case "removed" -> WaitCondition.REMOVED;
            default -> throw HttpError.badRequest("invalid condition: \"" + text + "\"");
        };
    }
}
