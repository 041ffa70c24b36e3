package io.gantry.server.api;

import io.gantry.engine.Events;
import io.gantry.engine.Events.Event;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.ResponseStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code docker events}: what happened, and what happens, one object each. A client that does not keep up is left behind. */
final class EventRoutes {
    private static final int QUEUED = 1024;
    private static final Duration LONG = Duration.ofHours(1);

    private final Events events;
    private final JsonBody json;

    EventRoutes(Events events, JsonBody json) {
        this.events = events;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.get("/events", this::events);
    }

    /** The listener only queues: it runs on the thread that caused the event. */
    private void events(Exchange exchange) throws IOException {
        EventFilter filter = EventFilter.of(exchange);
        BlockingQueue<Optional<Event>> queue = new ArrayBlockingQueue<>(QUEUED);
        AtomicBoolean behind = new AtomicBoolean();
        exchange.onCancel(() -> {
            behind.set(true);
            queue.offer(Optional.empty());
        });
        Events.Subscription subscription = events.subscribe(event -> {
            if (filter.accepts(event) && !queue.offer(Optional.of(event))) {
                behind.set(true);
            }
        });
        try (subscription) {
            ResponseStream stream = exchange.stream(200, "application/json");
            Set<Event> shown = filter.wantsPast() ? past(filter, stream) : Set.of();
            Optional<Event> next = next(queue, filter, behind);
            while (next.isPresent()) {
                if (!shown.contains(next.get())) {
                    stream.write(json.line(EventView.of(next.get())));
                }
                next = next(queue, filter, behind);
            }
            stream.close();
        }
    }

    /** Sends the events that are kept; they may come again, as the subscription is older. */
    private Set<Event> past(EventFilter filter, ResponseStream stream) throws IOException {
        Set<Event> shown = new HashSet<>();
        for (Event event : events.recent()) {
            if (filter.accepts(event)) {
                shown.add(event);
                stream.write(json.line(EventView.of(event)));
            }
        }
        return shown;
    }

    /** Empty at the end: the time is up, the client left, or it fell behind. */
    private static Optional<Event> next(
            BlockingQueue<Optional<Event>> queue, EventFilter filter, AtomicBoolean behind) {
        try {
            while (!behind.get()) {
                Duration left = filter.until()
                        .map(end -> Duration.between(Instant.now(), end))
                        .orElse(LONG);
                if (left.isNegative() && queue.isEmpty()) {
                    return Optional.empty();
                }
                Optional<Event> next = queue.poll(Math.max(0, left.toMillis()) + 1, TimeUnit.MILLISECONDS);
                if (next != null) {
                    return next;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }
}
