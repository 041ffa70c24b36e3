package io.gantry.server.api;

import io.gantry.engine.Events.Event;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** An event. */
final class EventView {
    private EventView() {}

    /** Containers and images also have it in the form of old days. */
    static View of(Event event) {
        View view = new View();
        boolean legacy = event.type().equals("container") || event.type().equals("image");
        String image = event.attributes().getOrDefault("image", "");
        view.putIf(legacy, "status", event.action())
                .putIf(legacy, "id", event.actorId())
                .putIf(legacy && !image.isEmpty(), "from", image)
                .put("Type", event.type())
                .put("Action", event.action())
                .put("Actor", new View().put("ID", event.actorId()).put("Attributes", event.attributes()))
                .put("scope", "local")
                .put("time", event.time().getEpochSecond())
                .put("timeNano", ChronoUnit.NANOS.between(Instant.EPOCH, event.time()));
        return view;
    }
}
