package io.gantry.server.http;

import java.util.Map;
import java.util.Objects;

/**
 * Who answers a request, and how.
 *
 * @param handler who
 * @param parameters what the path gave, by name
 * @param version the API version that the client asked for
 * @param hijacks whether bytes after the request may be a raw stream instead of another request
 */
public record Handling(Handler handler, Map<String, String> parameters, ApiVersion version, boolean hijacks) {
    /** Refuses nulls. */
    public Handling {
        Objects.requireNonNull(handler, "handler");
        parameters = Map.copyOf(parameters);
        Objects.requireNonNull(version, "version");
    }
}
