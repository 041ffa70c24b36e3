package io.gantry.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.Networks;
import io.gantry.engine.Networks.Network;
import io.gantry.engine.model.NetworkRequest;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Networks. */
final class NetworkRoutes {
    private static final Set<String> FILTERS =
            Set.of("dangling", "driver", "id", "label", "label!", "name", "scope", "type");
    private static final Set<String> PRUNE_FILTERS = Set.of("label", "label!", "until");

    private final Networks networks;
    private final JsonBody json;
    private final CreateBody createBody;

    NetworkRoutes(Networks networks, JsonBody json) {
        this.networks = networks;
        this.json = json;
        this.createBody = new CreateBody(json);
    }

    void add(Router.Builder routes) {
        routes.get("/networks", this::list)
                .post("/networks/create", this::create)
                .post("/networks/prune", this::prune)
                .get("/networks/{id}", this::inspect)
                .post("/networks/{id}/connect", this::connect)
                .post("/networks/{id}/disconnect", this::disconnect)
                .delete("/networks/{id}", this::remove);
    }

    private void list(Exchange exchange) throws IOException {
        Filters filters = Filters.of(exchange, FILTERS);
        for (String type : filters.all("type")) {
            if (!type.equals("custom") && !type.equals("builtin")) {
                throw HttpError.badRequest("invalid filter: 'type'='" + type + "'");
            }
        }
        List<View> rows = networks.list().stream()
                .filter(network -> accepts(filters, network))
                .map(network -> NetworkView.of(network, false))
                .toList();
        json.answer(exchange, 200, rows);
    }

    private static boolean accepts(Filters filters, Network network) {
        return filters.any("driver", network.driver()::equals)
                && filters.any("id", network.id()::startsWith)
                && filters.any("name", network.name()::contains)
                && filters.any("scope", network.scope()::equals)
                && filters.any("type", wanted -> wanted.equals("builtin") == network.predefined())
                && filters.labels(network.request().labels())
                && (!filters.has("dangling") || filters.flag("dangling", false) == isDangling(network));
    }

    private static boolean isDangling(Network network) {
        return !network.predefined() && network.attached().isEmpty();
    }

    private void inspect(Exchange exchange) throws IOException {
        Network network = networks.find(ContainerRoutes.id(exchange));
        if (exchange.query()
                .given("scope")
                .filter(scope -> !scope.equals(network.scope()))
                .isPresent()) {
            throw new HttpError(404, "network " + ContainerRoutes.id(exchange) + " not found");
        }
        json.answer(exchange, 200, NetworkView.of(network, true));
    }

    private void create(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        Networks.Created created = networks.create(json.as(body, NetworkRequest.class));
        json.answer(exchange, 201, new View().put("Id", created.id()).put("Warning", created.warning()));
    }

    private void connect(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        networks.connect(
                ContainerRoutes.id(exchange),
                container(body),
                createBody.endpoint(JsonBody.member(body, "EndpointConfig")));
        exchange.respond(200);
    }

    private void disconnect(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        networks.disconnect(ContainerRoutes.id(exchange), container(body), JsonBody.flag(body, "Force"));
        exchange.respond(200);
    }

    private static String container(ObjectNode body) {
        return Optional.of(JsonBody.text(body, "Container"))
                .filter(ref -> !ref.isEmpty())
                .orElseThrow(() -> HttpError.badRequest("no container named: give Container"));
    }

    private void remove(Exchange exchange) {
        networks.remove(ContainerRoutes.id(exchange));
        exchange.respond(204);
    }

    private void prune(Exchange exchange) throws IOException {
        List<String> removed =
                networks.prune(Filters.of(exchange, PRUNE_FILTERS).asMap());
        json.answer(
                exchange,
                200,
                new View().put("NetworksDeleted", Optional.of(removed).filter(names -> !names.isEmpty())));
    }
}
