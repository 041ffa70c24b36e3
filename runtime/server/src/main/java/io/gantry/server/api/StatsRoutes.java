package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.Containers.Stats;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineException;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.ResponseStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code docker stats}: one object each second, until the client leaves or the container is removed. */
final class StatsRoutes {
    private static final long PERIOD_SECONDS = 1;

    private final Engine engine;
    private final JsonBody json;

    StatsRoutes(Engine engine, JsonBody json) {
        this.engine = engine;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.get("/containers/{id}/stats", this::stats);
    }

    private void stats(Exchange exchange) throws IOException {
        Container container = engine.containers().find(ContainerRoutes.id(exchange));
        String cgroups = engine.info().cgroupVersion();
        boolean streaming = exchange.query().flag("stream", true);
        boolean oneShot = exchange.query().flag("one-shot");
        if (!streaming) {
            json.answer(exchange, 200, once(container, cgroups, oneShot));
            return;
        }
        CountDownLatch left = new CountDownLatch(1);
        exchange.onCancel(left::countDown);
        ResponseStream stream = exchange.stream(200, "application/json");
        Optional<Stats> before = Optional.empty();
        do {
            Optional<Container> current = existing(container.id());
            if (current.isEmpty()) {
                break;
            }
            Optional<Stats> now = read(current.get());
            stream.write(json.line(view(current.get(), now, before, cgroups)));
            before = now;
        } while (!pause(left));
        stream.close();
    }

    /** Without {@code one-shot} two readings, a second apart, so that rates can be told. */
    private View once(Container container, String cgroups, boolean oneShot) {
        Optional<Stats> before = oneShot ? Optional.empty() : read(container);
        if (before.isPresent()) {
            pause(new CountDownLatch(1));
        }
        return view(container, read(container), before, cgroups);
    }

    private static View view(Container container, Optional<Stats> now, Optional<Stats> before, String cgroups) {
        return now.map(stats -> StatsView.of(container, stats, before, cgroups))
                .orElseGet(() -> StatsView.none(container));
    }

    private Optional<Container> existing(String id) {
        try {
            return Optional.of(engine.containers().find(id));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /** Empty while the container does not run. */
    private Optional<Stats> read(Container container) {
        try {
            return Optional.of(engine.containers().stats(container.id()));
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.CONFLICT || e.kind() == EngineException.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Waits for the next reading; whether the client left meanwhile. */
    private static boolean pause(CountDownLatch left) {
        try {
            return left.await(PERIOD_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
