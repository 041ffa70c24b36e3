package io.gantry.server.api;

import io.gantry.server.http.Exchange;
import io.gantry.server.http.ResponseStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** An answer of JSON lines that tells how work goes on. Begun by the first line; an error becomes the last one. */
final class ProgressStream {
    private final Exchange exchange;
    private final JsonBody json;
    private Optional<ResponseStream> stream = Optional.empty();

    ProgressStream(Exchange exchange, JsonBody json) {
        this.exchange = exchange;
        this.json = json;
    }

    /** Sends a line. */
    void line(View view) {
        try {
            begun().write(json.line(view));
        } catch (IOException e) {
            throw new UncheckedIOException("the client left", e);
        }
    }

    /** Sends the error as the last line. */
    void failed(String message) {
        line(new View().put("errorDetail", new View().put("message", message)).put("error", message));
        stream.ifPresent(ResponseStream::close);
    }

    /** Ends the answer. */
    void close() throws IOException {
        begun().close();
    }

    private ResponseStream begun() throws IOException {
        if (stream.isEmpty()) {
            stream = Optional.of(exchange.stream(200, "application/json"));
        }
        return stream.get();
    }
}
