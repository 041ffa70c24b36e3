package io.gantry.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What happens, in Docker's terms. The last 256 events are kept. */
public interface Events {
    /**
     * Something that happened.
     *
     * @param type {@code container}, {@code image}, {@code network}, {@code volume} or {@code daemon}
     * @param action such as {@code start}
     * @param actorId the object
     * @param attributes of the object
     * @param time when
     */
    record Event(String type, String action, String actorId, Map<String, String> attributes, Instant time) {
        /** Copies the attributes. */
        public Event {
            attributes = Map.copyOf(attributes);
        }
    }

    /** The events that are kept, the oldest first. */
    List<Event> recent();

    /** Calls the listener for each event from now on, on the thread that caused it: it must not block. Closing what is returned ends that. */
    Subscription subscribe(Consumer<Event> listener);

    /** A subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
