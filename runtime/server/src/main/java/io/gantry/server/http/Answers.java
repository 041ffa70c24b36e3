package io.gantry.server.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs handlers and turns what they throw into answers in Docker's form, {@code {"message":"…"}}. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    static void run(Handler handler, Exchange exchange) {
        try {
            handler.handle(exchange);
            if (!exchange.isAnswered()) {
                fail(exchange, new IllegalStateException("the handler gave no answer"));
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(exchange, e);
        } finally {
            exchange.handled();
        }
    }

    private static void fail(Exchange exchange, Throwable failure) {
        ErrorStatus error = ErrorStatus.of(failure);
        if (error.isFault()) {
            LOG.error("{} failed", exchange, failure);
        } else {
            LOG.debug("{} failed", exchange, failure);
        }
        if (exchange.isAnswered()) {
            exchange.abort();
        } else if (error.status() == 304) {
            exchange.respond(304);
        } else {
            exchange.respond(error.status(), "application/json", body(error.message()));
        }
    }

    /** Docker's error body. */
    static byte[] body(String message) {
        String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(message));
        return ("{\"message\":\"" + escaped + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    /** An answer to something that is no request; the connection ends with it. */
    static DefaultFullHttpResponse plain(HttpResponseStatus status, Map<String, String> headers, String message) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body(message)));
        headers.forEach(response.headers()::set);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, "close");
        return response;
    }
}
