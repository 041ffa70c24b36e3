package io.gantry.engine.event;

import io.gantry.engine.Events;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the last events and tells listeners of new ones. */
public final class EventLog implements Events {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int KEPT = 256;

    private final Deque<Event> kept = new ArrayDeque<>(KEPT);
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    /** Records that something happened, now. */
    public void publish(String type, String action, String actorId, Map<String, String> attributes) {
        Event event = new Event(type, action, actorId, attributes, Instant.now());
        synchronized (kept) {
            if (kept.size() == KEPT) {
                kept.removeFirst();
            }
            kept.addLast(event);
        }
        for (Consumer<Event> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed on the event {} {} of {}", type, action, actorId, e);
            }
        }
    }

    @Override
    public List<Event> recent() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
