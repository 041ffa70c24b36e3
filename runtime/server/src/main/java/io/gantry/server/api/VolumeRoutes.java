package io.gantry.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.Volumes;
import io.gantry.engine.Volumes.Volume;
import io.gantry.server.http.Exchange;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Volumes. */
final class VolumeRoutes {
    private static final Set<String> FILTERS = Set.of("dangling", "driver", "label", "label!", "name");
    private static final Set<String> PRUNE_FILTERS = Set.of("all", "label", "label!");

    private final Volumes volumes;
    private final JsonBody json;

    VolumeRoutes(Volumes volumes, JsonBody json) {
        this.volumes = volumes;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.get("/volumes", this::list)
                .post("/volumes/create", this::create)
                .post("/volumes/prune", this::prune)
                .get("/volumes/{name}", this::inspect)
                .delete("/volumes/{name}", this::remove);
    }

    static View view(Volume volume) {
        return new View()
                .put("CreatedAt", volume.created().toString())
                .put("Driver", volume.driver())
                .put("Labels", Optional.of(volume.labels()).filter(labels -> !labels.isEmpty()))
                .put("Mountpoint", volume.mountpoint().toString())
                .put("Name", volume.name())
                .put("Options", Optional.of(volume.options()).filter(options -> !options.isEmpty()))
                .put("Scope", volume.scope());
    }

    private void list(Exchange exchange) throws IOException {
        Filters filters = Filters.of(exchange, FILTERS);
        List<View> rows = volumes.list().stream()
                .filter(volume -> filters.any("driver", volume.driver()::equals))
                .filter(volume -> filters.any("name", volume.name()::contains))
                .filter(volume -> filters.labels(volume.labels()))
                .filter(volume -> !filters.has("dangling")
                        || filters.flag("dangling", false)
                                == (volumes.usage(volume.name()).references() == 0))
                .map(VolumeRoutes::view)
                .toList();
        json.answer(exchange, 200, new View().put("Volumes", rows).putNull("Warnings"));
    }

    private void create(Exchange exchange) throws IOException {
        ObjectNode body = json.object(exchange);
        Volume volume = volumes.create(
                JsonBody.text(body, "Name"),
                JsonBody.text(body, "Driver"),
                texts(JsonBody.member(body, "DriverOpts")),
                texts(JsonBody.member(body, "Labels")));
        json.answer(exchange, 201, view(volume));
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
        return texts;
    }

    private void inspect(Exchange exchange) throws IOException {
        json.answer(exchange, 200, view(volumes.find(exchange.parameter("name"))));
    }

    private void remove(Exchange exchange) {
        volumes.remove(exchange.parameter("name"), exchange.query().flag("force"));
        exchange.respond(204);
    }

    /** Clients older than 1.42 expect named volumes to go as well. */
    private void prune(Exchange exchange) throws IOException {
        Filters filters = Filters.of(exchange, PRUNE_FILTERS);
        boolean all = filters.flag("all", !exchange.version().atLeast(42));
        Volumes.Pruned pruned = volumes.prune(all, filters.asMap());
        json.answer(
                exchange,
                200,
                new View()
                        .put("VolumesDeleted", Optional.of(pruned.names()).filter(names -> !names.isEmpty()))
                        .put("SpaceReclaimed", pruned.bytes()));
    }
}
