package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One line of conmon's sync pipe, API version 1: {@code {"data": number, "message": "…"}}.
 *
 * @param data a process id, an exit code, or negative for a failure
 * @param message why it failed; empty if it did not, or nobody said
 */
record SyncMessage(int data, String message) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The next message; empty when conmon has closed the pipe, or has ended. */
    static Optional<SyncMessage> read(InputStream pipe) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = pipe.read(); next != '\n'; next = pipe.read()) {
            if (next < 0) {
                if (line.size() == 0) {
                    return Optional.empty();
                }
                break;
            }
            line.write(next);
        }
        JsonNode node = JSON.readTree(line.toString(StandardCharsets.UTF_8));
        return Optional.of(new SyncMessage(
                node.path("data").asInt(-1), node.path("message").asText("")));
    }
}
