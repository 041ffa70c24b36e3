package io.gantry.server.api;

import io.gantry.server.http.Handler;
import io.gantry.server.http.HttpError;
import java.util.List;

/** What belongs to swarms and managed plug-ins, of which there are none here. */
final class SwarmRoutes {
    private static final String NO_MANAGER =
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";
    private static final Handler REFUSE = exchange -> {
        throw new HttpError(503, NO_MANAGER);
    };

    private final JsonBody json;

    SwarmRoutes(JsonBody json) {
        this.json = json;
    }

    void add(Router.Builder routes) {
        for (String kind : List.of("services", "nodes", "tasks", "secrets", "configs")) {
            routes.get("/" + kind, REFUSE)
                    .post("/" + kind + "/create", REFUSE)
                    .get("/" + kind + "/{id}", REFUSE)
                    .post("/" + kind + "/{id}/update", REFUSE)
                    .get("/" + kind + "/{id}/logs", REFUSE)
                    .delete("/" + kind + "/{id}", REFUSE);
        }
        routes.get("/swarm", REFUSE)
                .get("/swarm/unlockkey", REFUSE)
                .post("/swarm/leave", exchange -> {
                    throw new HttpError(503, "This node is not part of a swarm");
                })
                .post("/swarm/update", REFUSE);
        for (String action : List.of("init", "join", "unlock")) {
            routes.post("/swarm/" + action, exchange -> {
                throw new HttpError(501, "cannot " + action + " a swarm: Gantry has no swarm mode");
            });
        }
        plugins(routes);
    }

    private void plugins(Router.Builder routes) {
        Handler unmanaged = exchange -> {
            throw new HttpError(
                    501,
                    "managed plugins are not supported: put drivers on the plug-in path instead (see gantry drivers ls)");
        };
        routes.get("/plugins", exchange -> json.answer(exchange, 200, List.of()))
                .get("/plugins/privileges", unmanaged)
                .post("/plugins/pull", unmanaged)
                .post("/plugins/create", unmanaged)
                .get("/plugins/{name...}/json", exchange -> {
                    throw new HttpError(404, "plugin \"" + exchange.parameter("name") + "\" not found");
                })
                .post("/session", exchange -> {
                    throw new HttpError(501, "build sessions are not supported: this version of Gantry has no builder");
                });
    }
}
