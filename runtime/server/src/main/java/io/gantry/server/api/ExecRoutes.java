package io.gantry.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import io.gantry.engine.Execs;
import io.gantry.engine.Execs.Exec;
import io.gantry.engine.Execs.ExecRequest;
import io.gantry.engine.InputHandle;
import io.gantry.engine.OutputSink;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HijackedStream;
import io.gantry.server.http.HttpError;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands that run in a container beside its first process. */
final class ExecRoutes {
    private final Execs execs;
    private final JsonBody json;

    ExecRoutes(Execs execs, JsonBody json) {
        this.execs = execs;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.post("/containers/{id}/exec", this::create)
                .hijack("/exec/{id}/start", this::start)
                .post("/exec/{id}/resize", this::resize)
                .get("/exec/{id}/json", this::inspect);
    }

    private void create(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        List<String> command = texts(JsonBody.member(body, "Cmd"));
        if (command.isEmpty()) {
            throw HttpError.badRequest("No exec command specified");
        }
        ExecRequest request = new ExecRequest(
                JsonBody.flag(body, "AttachStdin"),
                JsonBody.flag(body, "AttachStdout"),
                JsonBody.flag(body, "AttachStderr"),
                JsonBody.flag(body, "Tty"),
                JsonBody.text(body, "User"),
                JsonBody.flag(body, "Privileged"),
                texts(JsonBody.member(body, "Env")),
                JsonBody.text(body, "WorkingDir"),
                command,
                JsonBody.text(body, "DetachKeys"));
        DetachKeys.parse(request.detachKeys());
        json.answer(exchange, 201, new View().put("Id", execs.create(ContainerRoutes.id(exchange), request)));
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isTextual()) {
            texts.add(node.textValue());
        }
        node.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private void start(Exchange exchange) throws IOException {
        String id = ContainerRoutes.id(exchange);
        ObjectNode body = json.object(exchange);
        Exec exec = execs.find(id);
        if (JsonBody.flag(body, "Detach")) {
            execs.startDetached(id);
            exchange.respond(200);
            return;
        }
        boolean tty = exec.request().tty();
        HijackedStream stream = exchange.hijack(ContainerStreams.type(exchange, !tty));
        StreamSink sink = new StreamSink(!tty);
        InputHandle handle;
        try {
            handle = execs.start(id, sink);
        } catch (RuntimeException e) {
            sink.abandon();
            tell(stream, !tty, e);
            if (e instanceof EngineException || e instanceof DriverException) {
                return;
            }
            throw e;
        }
        Optional<DetachKeys> keys =
                tty ? Optional.of(DetachKeys.parse(exec.request().detachKeys())) : Optional.empty();
        stream.receive(new InputPump(handle, stream, keys));
        sink.open(new Targets.Hijacked(stream));
    }

    /** The answer has begun when a command cannot be started, so the error takes the way of its output, as Docker's does. */
    private static void tell(HijackedStream stream, boolean framed, RuntimeException failure) {
        StreamSink sink = new StreamSink(framed);
        sink.open(new Targets.Hijacked(stream));
        sink.output(OutputSink.Channel.STDOUT, ByteBuffer.wrap(JsonBody.bytes(failure.getMessage() + "\r\n")));
        sink.closed();
    }

    private void resize(Exchange exchange) {
        execs.resize(
                ContainerRoutes.id(exchange),
                ContainerRoutes.dimension(exchange, "h"),
                ContainerRoutes.dimension(exchange, "w"));
        exchange.respond(200);
    }

    private void inspect(Exchange exchange) throws IOException {
        Exec exec = execs.find(ContainerRoutes.id(exchange));
        ExecRequest request = exec.request();
        View process = new View()
                .put("tty", request.tty())
                .put("entrypoint", request.command().get(0))
                .put("arguments", request.command().subList(1, request.command().size()))
                .put("privileged", request.privileged())
                .putIf(!request.user().isEmpty(), "user", request.user());
        json.answer(
                exchange,
                200,
                new View()
                        .put("ID", exec.id())
                        .put("Running", exec.running())
                        .put("ExitCode", exec.exitCode())
                        .put("ProcessConfig", process)
                        .put("OpenStdin", request.stdin())
                        .put("OpenStderr", request.stderr())
                        .put("OpenStdout", request.stdout())
                        .put("CanRemove", false)
                        .put("ContainerID", exec.containerId())
                        .put("DetachKeys", request.detachKeys())
                        .put("Pid", exec.pid()));
    }
}
