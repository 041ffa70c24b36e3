package io.gantry.server.api;

import io.gantry.engine.Containers;
import io.gantry.engine.Containers.Change;
import io.gantry.engine.Containers.CopyIn;
import io.gantry.engine.Containers.PathStat;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The files of containers. */
final class FileRoutes {
    private final Containers containers;
    private final JsonBody json;

    FileRoutes(Containers containers, JsonBody json) {
        this.containers = containers;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.get("/containers/{id}/changes", this::changes)
                .get("/containers/{id}/export", this::export)
                .head("/containers/{id}/archive", this::stat)
                .get("/containers/{id}/archive", this::copyOut)
                .put("/containers/{id}/archive", this::copyIn);
    }

    private void changes(Exchange exchange) throws IOException {
        List<View> changes = containers.changes(ContainerRoutes.id(exchange)).stream()
                .map(FileRoutes::change)
                .toList();
        json.answer(exchange, 200, Optional.of(changes).filter(list -> !list.isEmpty()));
    }

    private static View change(Change change) {
        return new View().put("Path", change.path()).put("Kind", change.kind().ordinal());
    }

    private void export(Exchange exchange) throws IOException {
        String id = containers.find(ContainerRoutes.id(exchange)).id();
        TarAnswer.send(exchange, out -> containers.export(id, out));
    }

    private static String path(Exchange exchange) {
        return exchange.query()
                .given("path")
                .orElseThrow(() -> HttpError.badRequest("bad parameter: 'path' cannot be empty"));
    }

    private void stat(Exchange exchange) throws IOException {
        PathStat stat = containers.statPath(ContainerRoutes.id(exchange), path(exchange));
        describe(exchange, stat);
        exchange.respond(200);
    }

    /** What the path is goes into a header, as base64 of JSON. */
    private void describe(Exchange exchange, PathStat stat) throws IOException {
        View view = new View()
                .put("name", stat.name())
                .put("size", stat.size())
                .put("mode", stat.mode())
                .put("mtime", stat.modified().toString())
                .put("linkTarget", stat.linkTarget());
        byte[] line = json.line(view);
        exchange.header(
                "X-Docker-Container-Path-Stat",
                Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(line, line.length - 1)));
    }

    private void copyOut(Exchange exchange) throws IOException {
        String id = ContainerRoutes.id(exchange);
        String path = path(exchange);
        describe(exchange, containers.statPath(id, path));
        TarAnswer.send(exchange, out -> containers.copyOut(id, path, out));
    }

    private void copyIn(Exchange exchange) {
        containers.copyIn(
                ContainerRoutes.id(exchange),
                path(exchange),
                new CopyIn(
                        exchange.query().flag("noOverwriteDirNonDir"),
                        exchange.query().flag("copyUIDGID")),
                exchange.body());
        exchange.respond(200);
    }
}
