package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One request and its answer, which is given once: whole, as a stream, or by taking the connection over. Safe for use by several threads. */
public final class Exchange {
    private static final HttpResponseStatus UPGRADED = new HttpResponseStatus(101, "UPGRADED");

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Connection connection;
    private final RequestHead head;
    private final HttpVersion protocol;
    private final Handling handling;
    private final boolean keepAlive;
    private final boolean smallBody;
    private final InputQueue bodyQueue;
    private final BodyInput body;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final List<Runnable> cancellations = new ArrayList<>();
    private final long began = System.nanoTime();
    private int status;
    private boolean cancelled;

    Exchange(
            Connection connection,
            RequestHead head,
            HttpVersion protocol,
            Handling handling,
            boolean keepAlive,
            boolean smallBody,
            InputQueue bodyQueue,
            Runnable beforeBody) {
        this.connection = connection;
        this.head = head;
        this.protocol = protocol;
        this.handling = handling;
        this.keepAlive = keepAlive;
        this.smallBody = smallBody;
        this.bodyQueue = bodyQueue;
        this.body = new BodyInput(bodyQueue, beforeBody);
    }

    /** The request without its body. */
    public RequestHead head() {
        return head;
    }

    /** The request's parameters. */
    public Query query() {
        return head.query();
    }

    /** What the path has at a place of its pattern. */
    public String parameter(String name) {
        return Optional.ofNullable(handling.parameters().get(name))
                .orElseThrow(() -> new IllegalArgumentException("the route has no parameter " + name));
    }

    /** The API version that the client speaks. */
    public ApiVersion version() {
        return handling.version();
    }

    /** The request's body as it arrives; read by the handler's thread only. */
    public InputStream body() {
        return body;
    }

    /** Adds a header to the answer that is to come. */
    public synchronized void header(String name, String value) {
        headers.put(name, value);
    }

    /** Runs this, on a worker thread, when the client leaves before the answer is complete; at once if it has left. */
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                cancellations.add(action);
                return;
            }
        }
        connection.work(action);
    }

    /** Answers without a body. */
    public void respond(int code) {
        send(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, begin(code), Unpooled.EMPTY_BUFFER));
    }

    /** Answers with a body. */
    public void respond(int code, String contentType, byte[] content) {
        HttpResponseStatus line = begin(code);
        ByteBuf bytes = headOnly() || bodiless(code) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content);
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, line, bytes);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        if (headOnly()) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        }
        send(response);
    }

    private void send(DefaultFullHttpResponse response) {
        int code = response.status().code();
        if (!bodiless(code) && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        boolean kept = complete(response);
        channel().writeAndFlush(response).addListener(done -> connection.finished(this, kept));
    }

    /** Answers with a body of unknown length; the head is sent at once. */
    public ResponseStream stream(int code, String contentType) throws IOException {
        HttpResponseStatus line = begin(code);
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, line);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        boolean chunked = protocol.equals(HttpVersion.HTTP_1_1);
        if (chunked) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        boolean kept = complete(response) && chunked;
        connection.writer().write(response, 0);
        return new ResponseStream(channel(), connection.writer(), () -> connection.finished(this, kept));
    }

    /** Takes the connection over. The client is told that the protocol changes if it asked for that, and else that a body follows. */
    public HijackedStream hijack(String contentType) {
        if (!handling.hijacks()) {
            throw new IllegalStateException("the route " + head.path() + " does not take connections over");
        }
        boolean upgrade = head.headers().contains(HttpHeaderNames.UPGRADE);
        HttpResponseStatus line = begin(upgrade ? 101 : 200);
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, line, Unpooled.EMPTY_BUFFER);
        decorate(response);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        if (upgrade) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            response.headers().set(HttpHeaderNames.UPGRADE, "tcp");
        }
        return connection.takeOver(response);
    }

    private synchronized HttpResponseStatus begin(int code) {
        if (status != 0) {
            throw new IllegalStateException("the answer to " + this + " has begun already");
        }
        status = code;
        return code == 101 ? UPGRADED : HttpResponseStatus.valueOf(code);
    }

    /** Adds the headers of every answer; whether the connection can be used again. */
    private boolean complete(HttpResponse response) {
        decorate(response);
        boolean kept = keepAlive && bodyEndsSoon(response.status().code());
        if (!kept) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (protocol.equals(HttpVersion.HTTP_1_0)) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return kept;
    }

    /** Whether no more than a little of the body can be left to read. */
    private boolean bodyEndsSoon(int code) {
        return bodyQueue.isEnded() || smallBody || (code < 400 && body.isBegun());
    }

    @SuppressWarnings("JavaUtilDate") // It is what Netty takes.
    private void decorate(HttpResponse response) {
        connection.commonHeaders().forEach(response.headers()::set);
        response.headers().set(HttpHeaderNames.DATE, DATE.format(Instant.now()));
        synchronized (this) {
            headers.forEach(response.headers()::set);
        }
    }

    private boolean headOnly() {
        return head.method().equals("HEAD");
    }

    private static boolean bodiless(int code) {
        return code == 204 || code == 304;
    }

    private Channel channel() {
        return connection.channel();
    }

    /** Whether the answer has begun. */
    public synchronized boolean isAnswered() {
        return status != 0;
    }

    /** Breaks the connection, so that the client sees that the answer is not whole. */
    public void abort() {
        Connection.end(channel());
    }

    InputQueue bodyQueue() {
        return bodyQueue;
    }

    boolean hijacks() {
        return handling.hijacks();
    }

    void handled() {
        body.close();
    }

    /** The client has left. */
    void cancel() {
        List<Runnable> actions;
        synchronized (this) {
            cancelled = true;
            actions = List.copyOf(cancellations);
            cancellations.clear();
        }
        actions.forEach(connection::work);
    }

    /** For the log. */
    String summary() {
        int code;
        synchronized (this) {
            code = status;
        }
        return head.method() + " " + head.path() + ": " + code + " after " + (System.nanoTime() - began) / 1_000
                + " us";
    }

    @Override
    public String toString() {
        return head.method() + " " + head.path();
    }
}
