package io.gantry.cli;

import java.io.IOException;
import java.util.Map;

/** The answer to "how did it end": asked for early, so that no end is missed, and read late. */
final class ContainerWait {
    private ContainerWait() {}

    /**
     * Asks, and returns once the daemon watches: it sends the head of its answer at once. {@code condition} is {@code next-exit},
     * {@code removed}, {@code not-running} or empty for the last.
     */
    static ApiClient.Exchange send(ApiClient api, String id, String condition) throws IOException {
        String path = "/containers/" + id + "/wait" + new Query().optional("condition", condition);
        return api.start("POST", path, Map.of(), null).await();
    }

    /** Blocks until the container ends. */
    static int code(ApiClient.Exchange waiting) throws IOException {
        Json result = waiting.json();
        String error = result.text("Error", "Message");
        if (!error.isEmpty()) {
            throw new CommandException(125, "Error waiting for container: " + error);
        }
        return (int) result.number("StatusCode");
    }

    /** Passes a signal on, over a connection of its own as signals come on threads of their own. */
    static void kill(Session session, String id, String signal) {
        try (ApiClient other = ApiClient.open(session.endpoint())) {
            other.request("POST", "/containers/" + id + "/kill" + new Query().add("signal", "SIG" + signal), null)
                    .close();
        } catch (IOException e) {
            session.err().println("Error sending signal: " + Main.describe(e));
        }
    }
}
