package io.gantry.server.api;

import io.gantry.engine.Events.Event;
import io.gantry.server.http.Exchange;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Which events {@code docker events} shows. */
final class EventFilter {
    private static final Set<String> KNOWN = Set.of(
            "config",
            "container",
            "daemon",
            "event",
            "image",
            "label",
            "label!",
            "network",
            "node",
            "plugin",
            "scope",
            "secret",
            "service",
            "type",
            "volume");

    private final Filters filters;
    private final Optional<Instant> since;
    private final Optional<Instant> until;

    private EventFilter(Filters filters, Optional<Instant> since, Optional<Instant> until) {
        this.filters = filters;
        this.since = since;
        this.until = until;
    }

    static EventFilter of(Exchange exchange) {
        return new EventFilter(
                Filters.of(exchange, KNOWN),
                Times.parse("since", exchange.query().text("since")),
                Times.parse("until", exchange.query().text("until")));
    }

    /** Whether past events are wanted. */
    boolean wantsPast() {
        return since.isPresent() || until.isPresent();
    }

    /** When to stop. */
    Optional<Instant> until() {
        return until;
    }

    boolean accepts(Event event) {
        return since.map(time -> !event.time().isBefore(time)).orElse(true)
                && until.map(time -> !event.time().isAfter(time)).orElse(true)
                && filters.any("event", wanted -> isAction(event, wanted))
                && filters.any("type", event.type()::equals)
                && filters.any("scope", "local"::equals)
                && filters.labels(event.attributes())
                && isOf(event, "container")
                && isOf(event, "image")
                && isOf(event, "network")
                && isOf(event, "volume")
                && isOf(event, "daemon")
                && isOf(event, "plugin");
    }

    /** {@code exec_start} also means {@code exec_start: sh}. */
    private static boolean isAction(Event event, String wanted) {
        return event.action().equals(wanted) || event.action().startsWith(wanted + ": ");
    }

    private boolean isOf(Event event, String type) {
        return filters.any(
                type,
                wanted -> event.type().equals(type) && names(event, type, wanted)
                        || (type.equals("image")
                                && event.type().equals("container")
                                && isImage(event.attributes().getOrDefault("image", ""), wanted)));
    }

    private static boolean names(Event event, String type, String wanted) {
        String name = event.attributes().getOrDefault("name", "");
        return event.actorId().equals(wanted)
                || name.equals(wanted)
                || (wanted.length() >= 12 && event.actorId().startsWith(wanted))
                || (type.equals("image") && (isImage(event.actorId(), wanted) || isImage(name, wanted)));
    }

    private static boolean isImage(String name, String wanted) {
        return name.equals(wanted) || name.startsWith(wanted + ":") || name.equals("sha256:" + wanted);
    }
}
