package io.gantry.cli;

import java.io.IOException;
import java.util.Map;

/** The answer to "how did it end", asked for early and read late. */
final class ContainerWait {
    private ContainerWait() {}

    /** Sends the request; {@code condition} is {@code next-exit}, {@code removed} or {@code not-running}. */
    static ApiClient.Exchange send(ApiClient api, String id, String condition) throws IOException {
        return api.start(
                "POST", "/containers/" + id + "/wait" + new Query().add("condition", condition), Map.of(), null);
    }

    /** Blocks until the container ends. */
    static int code(ApiClient.Exchange waiting) throws IOException {
        Json result = waiting.await().json();
        String error = result.text("Error", "Message");
        if (!error.isEmpty()) {
            throw new CommandException(125, error);
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
