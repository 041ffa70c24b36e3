package io.gantry.server.api;

import io.gantry.engine.Engine;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The engine as a whole. */
final class SystemRoutes {
    private final Engine engine;
    private final JsonBody json;
    private final InfoView info;

    SystemRoutes(Engine engine, JsonBody json, GantryVersion version) {
        this.engine = engine;
        this.json = json;
        this.info = new InfoView(version);
    }

    void add(Router.Builder routes) {
        routes.get("/_ping", SystemRoutes::ping)
                .head("/_ping", SystemRoutes::ping)
                .get("/version", exchange -> json.answer(exchange, 200, info.version(engine.info())))
                .get("/info", exchange -> json.answer(exchange, 200, info.info(engine.info())))
                .get("/system/df", this::usage)
                .get("/gantry/v1/drivers", exchange -> json.answer(exchange, 200, engine.drivers()))
                .post("/auth", this::auth);
    }

    private static void ping(Exchange exchange) {
        exchange.header("Cache-Control", "no-cache, no-store, must-revalidate");
        exchange.header("Pragma", "no-cache");
        exchange.header("Builder-Version", "1");
        exchange.header("Swarm", "inactive");
        byte[] body = exchange.head().method().equals("HEAD") ? new byte[0] : "OK".getBytes(StandardCharsets.US_ASCII);
        exchange.respond(200, "text/plain; charset=utf-8", body);
    }

    private void usage(Exchange exchange) throws IOException {
        json.answer(exchange, 200, new UsageView(engine).of(exchange.query().all("type"), exchange.version()));
    }

    /** There is no registry client, so nobody can be logged in. */
    private void auth(Exchange exchange) throws IOException {
        json.object(exchange);
        throw ImageRoutes.noRegistry("log in to a registry");
    }
}
