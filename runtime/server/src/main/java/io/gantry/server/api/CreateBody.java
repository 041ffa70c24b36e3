package io.gantry.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.CreateContainer;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.HostConfig;
import io.gantry.server.http.Exchange;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of a request to make a container. */
final class CreateBody {
    /** Lists that Docker also takes as one text. */
    private static final List<String> TEXTS_OR_LISTS = List.of("Cmd", "Entrypoint", "Shell");

    private final JsonBody json;

    CreateBody(JsonBody json) {
        this.json = json;
    }

    CreateContainer read(Exchange exchange) throws IOException {
        ObjectNode body = json.required(exchange);
        TEXTS_OR_LISTS.forEach(name -> asList(body, name));
        JsonNode host = JsonBody.member(body, "HostConfig");
        return new CreateContainer(
                exchange.query().given("name"),
                json.as(body, ContainerConfig.class),
                host.isObject() ? json.as(host, HostConfig.class) : HostConfig.NONE,
                networks(JsonBody.member(JsonBody.member(body, "NetworkingConfig"), "EndpointsConfig")),
                exchange.query().given("platform"));
    }

    private static void asList(ObjectNode body, String name) {
        JsonNode value = JsonBody.member(body, name);
        if (value.isTextual()) {
            body.remove(name);
            body.putArray(name).add(value.textValue());
        }
    }

    private Map<String, EndpointSettings> networks(JsonNode endpoints) {
        Map<String, EndpointSettings> networks = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : endpoints.properties()) {
            networks.put(member.getKey(), endpoint(member.getValue()));
        }
        return networks;
    }

    /** What the user wants of an endpoint; {@code null} means nothing in particular. */
    EndpointSettings endpoint(JsonNode node) {
        return node.isObject() ? json.as(node, EndpointSettings.class) : EndpointSettings.NONE;
    }
}
