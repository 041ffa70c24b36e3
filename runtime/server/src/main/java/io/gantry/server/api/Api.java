package io.gantry.server.api;

import io.gantry.engine.Engine;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.ApiVersion;
import io.gantry.server.http.Dispatcher;
import java.util.Map;

/** The Docker Engine API over an engine. */
public final class Api {
    private Api() {}

    /** All routes. */
    public static Dispatcher over(Engine engine, GantryVersion version) {
        JsonBody json = new JsonBody();
        Router.Builder routes = new Router.Builder();
        new SystemRoutes(engine, json, version).add(routes);
        new ContainerRoutes(engine, json).add(routes);
        new ContainerStreams(engine.containers(), json).add(routes);
        new ExecRoutes(engine.containers().execs(), json).add(routes);
        new FileRoutes(engine.containers(), json).add(routes);
        new StatsRoutes(engine, json).add(routes);
        new ImageRoutes(engine, json).add(routes);
        new NetworkRoutes(engine.networks(), json).add(routes);
        new VolumeRoutes(engine.volumes(), json).add(routes);
        new CheckRoutes(engine.checks(), json).add(routes);
        new EventRoutes(engine.events(), json).add(routes);
        new SwarmRoutes(json).add(routes);
        return routes.build();
    }

    /** The headers of every answer. */
    public static Map<String, String> headers(GantryVersion version) {
        return Map.of(
                "Api-Version",
                ApiVersion.NEWEST.toString(),
                "Docker-Experimental",
                "false",
                "Ostype",
                "linux",
                "Server",
                "Gantry/" + version.number() + " (linux)");
    }
}
