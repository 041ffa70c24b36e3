package io.gantry.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.Container;
import io.gantry.engine.Containers;
import io.gantry.engine.Containers.ProcessTable;
import io.gantry.engine.Containers.SizeReport;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.HostConfig;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import io.gantry.server.http.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Containers, but for what streams. */
final class ContainerRoutes {
    private final Engine engine;
    private final Containers containers;
    private final JsonBody json;
    private final CreateBody createBody;

    ContainerRoutes(Engine engine, JsonBody json) {
        this.engine = engine;
        this.containers = engine.containers();
        this.json = json;
        this.createBody = new CreateBody(json);
    }

    void add(Router.Builder routes) {
        routes.get("/containers/json", this::list)
                .post("/containers/create", this::create)
                .post("/containers/prune", this::prune)
                .get("/containers/{id}/json", this::inspect)
                .get("/containers/{id}/top", this::top)
                .post("/containers/{id}/start", this::start)
                .post("/containers/{id}/stop", this::stop)
                .post("/containers/{id}/restart", this::restart)
                .post("/containers/{id}/kill", this::kill)
                .post("/containers/{id}/pause", exchange -> done(exchange, () -> containers.pause(id(exchange))))
                .post("/containers/{id}/unpause", exchange -> done(exchange, () -> containers.unpause(id(exchange))))
                .post("/containers/{id}/rename", this::rename)
                .post("/containers/{id}/update", this::update)
                .post("/containers/{id}/resize", this::resize)
                .delete("/containers/{id}", this::remove)
                .delete("/containers/{id}/{alias}", this::removeLink);
    }

    static String id(Exchange exchange) {
        return exchange.parameter("id");
    }

    private static void done(Exchange exchange, Runnable action) {
        action.run();
        exchange.respond(204);
    }

    private void list(Exchange exchange) throws IOException {
        boolean sizes = exchange.query().flag("size");
        Instant now = Instant.now();
        List<Container> all = containers.list();
        List<View> rows = ContainerFilter.of(exchange, containers, engine.images()).list().stream()
                .map(container -> ContainerView.row(container, all, now, size(container, sizes)))
                .toList();
        json.answer(exchange, 200, rows);
    }

    private Optional<SizeReport> size(Container container, boolean wanted) {
        return wanted ? Optional.of(containers.size(container.id())) : Optional.empty();
    }

    private void create(Exchange exchange) throws IOException {
        Containers.Created created = containers.create(createBody.read(exchange));
        json.answer(exchange, 201, new View().put("Id", created.id()).put("Warnings", created.warnings()));
    }

    private void inspect(Exchange exchange) throws IOException {
        Container container = containers.find(id(exchange));
        json.answer(
                exchange,
                200,
                ContainerView.inspected(
                        container, size(container, exchange.query().flag("size"))));
    }

    private void top(Exchange exchange) throws IOException {
        ProcessTable table =
                containers.top(id(exchange), exchange.query().given("ps_args").orElse("-ef"));
        json.answer(exchange, 200, new View().put("Titles", table.titles()).put("Processes", table.processes()));
    }

    private void start(Exchange exchange) {
        done(exchange, () -> containers.start(id(exchange)));
    }

    private void stop(Exchange exchange) {
        Query query = exchange.query();
        done(exchange, () -> containers.stop(id(exchange), query.integer("t"), query.given("signal")));
    }

    private void restart(Exchange exchange) {
        Query query = exchange.query();
        done(exchange, () -> containers.restart(id(exchange), query.integer("t"), query.given("signal")));
    }

    private void kill(Exchange exchange) {
        done(exchange, () -> containers.kill(id(exchange), exchange.query().text("signal")));
    }

    private void rename(Exchange exchange) {
        String name = exchange.query().text("name");
        if (name.isEmpty() || name.equals("/")) {
            throw HttpError.badRequest("Neither old nor new names may be empty");
        }
        done(exchange, () -> containers.rename(id(exchange), name));
    }

    private void update(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        List<String> warnings = containers.update(id(exchange), json.as(body, HostConfig.class));
        json.answer(exchange, 200, new View().put("Warnings", warnings));
    }

    private void resize(Exchange exchange) {
        containers.resize(id(exchange), dimension(exchange, "h"), dimension(exchange, "w"));
        exchange.respond(200);
    }

    static int dimension(Exchange exchange, String name) {
        return exchange.query()
                .integer(name)
                .filter(value -> value >= 0 && value <= 0xffff)
                .orElseThrow(() -> HttpError.badRequest("invalid resize " + (name.equals("h") ? "height" : "width")
                        + " \"" + exchange.query().text(name) + "\": a number from 0 to 65535 is needed"));
    }

    private void remove(Exchange exchange) {
        Query query = exchange.query();
        if (query.flag("link")) {
            throw HttpError.badRequest("Conflict, cannot remove the default link name of the container");
        }
        done(exchange, () -> containers.remove(id(exchange), query.flag("force"), query.flag("v")));
    }

    /** Only links have such names. */
    private void removeLink(Exchange exchange) {
        if (!exchange.query().flag("link")) {
            throw new HttpError(404, "No such container: " + id(exchange) + "/" + exchange.parameter("alias"));
        }
        done(exchange, () -> containers.removeLink(id(exchange), exchange.parameter("alias")));
    }

    private void prune(Exchange exchange) throws IOException {
        Filters filters = Filters.of(exchange, Set.of("label", "label!", "until"));
        List<String> removed = new ArrayList<>();
        long bytes = 0;
        for (Container container : containers.list()) {
            if (!isPrunable(container, filters)) {
                continue;
            }
            try {
                long size = containers.size(container.id()).writable();
                containers.remove(container.id(), false, false);
                removed.add(container.id());
                bytes += size;
            } catch (EngineException e) {
                if (e.kind() == EngineException.Kind.SYSTEM) {
                    throw e;
                }
                // started or removed by someone else meanwhile
            }
        }
        json.answer(
                exchange,
                200,
                new View()
                        .put("ContainersDeleted", Optional.of(removed).filter(ids -> !ids.isEmpty()))
                        .put("SpaceReclaimed", bytes));
    }

    private static boolean isPrunable(Container container, Filters filters) {
        return switch (container.state().status()) {
            case CREATED, EXITED, DEAD ->
                filters.labels(container.config().labels())
                        && filters.every(
                                "until",
                                text -> Times.parse("until", text)
                                        .map(container.created()::isBefore)
                                        .orElse(true));
            case RUNNING, PAUSED, RESTARTING, REMOVING -> false;
        };
    }
}
