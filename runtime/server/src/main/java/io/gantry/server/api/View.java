package io.gantry.server.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An answer's object, its members in the order in which they are put. */
final class View {
    private final Map<String, Object> members = new LinkedHashMap<>();

    /** A member; an empty {@link Optional} becomes {@code null}. */
    View put(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** A member that Docker shows as {@code null}. */
    View putNull(String name) {
        return put(name, Optional.empty());
    }

    /** A member that is left out when it is not so. */
    View putIf(boolean shown, String name, Object value) {
        if (shown) {
            put(name, value);
        }
        return this;
    }

    /** The members, for Jackson. */
    @JsonValue
    Map<String, Object> members() {
        return members;
    }
}
