package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection. Requests are answered one after the other; the connection is read only when something waits for
 * the bytes. All methods without another note run on the event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final String DECODER = "decoder";
    private static final String ENCODER = "encoder";
    private static final int MAX_LINE = 512 * 1024;
    private static final int MAX_HEADERS = 512 * 1024;
    private static final int PIECE = 64 * 1024;
    private static final int SMALL_BODY = 256 * 1024;
    private static final long LINGER_SECONDS = 1;

    private final Channel channel;
    private final Dispatcher dispatcher;
    private final Executor workers;
    private final Map<String, String> commonHeaders;
    private final ChannelWriter writer;
    private final InputQueue raw;
    private final Deque<Object> inbox = new ArrayDeque<>();
    private Optional<Exchange> current = Optional.empty();
    private boolean inputEnded;
    private boolean answered;
    private boolean takenOver;
    private boolean discarding;

    private Connection(Channel channel, Dispatcher dispatcher, Executor workers, Map<String, String> commonHeaders) {
        this.channel = channel;
        this.dispatcher = dispatcher;
        this.workers = workers;
        this.commonHeaders = commonHeaders;
        this.writer = new ChannelWriter(channel);
        this.raw = new InputQueue(channel::read);
    }

    static void install(Channel channel, Dispatcher dispatcher, Executor workers, Map<String, String> commonHeaders) {
        channel.pipeline()
                .addLast(DECODER, decoder())
                .addLast(ENCODER, new HttpResponseEncoder())
                .addLast(new Connection(channel, dispatcher, workers, commonHeaders));
    }

    private static HttpRequestDecoder decoder() {
        return new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxChunkSize(PIECE));
    }

    /** Ends a connection. From any thread. */
    static void end(Channel channel) {
        ChannelFuture closed = channel.close();
        LOG.trace("ending {}: {}", channel, closed);
    }

    /** From any thread. */
    Channel channel() {
        return channel;
    }

    /** From any thread. */
    ChannelWriter writer() {
        return writer;
    }

    /** From any thread. */
    Map<String, String> commonHeaders() {
        return commonHeaders;
    }

    /** Runs something on a worker thread. From any thread. */
    void work(Runnable action) {
        workers.execute(action);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else {
            inbox.add(message);
            process();
        }
    }

    private void process() {
        while (!inbox.isEmpty() && !discarding) {
            Object message = inbox.peek();
            if (message instanceof ByteBuf bytes) {
                inbox.poll();
                raw.offer(bytes);
            } else if (current.isEmpty()) {
                inbox.poll();
                if (message instanceof HttpRequest request) {
                    begin(request);
                } else {
                    ReferenceCountUtil.release(message);
                }
            } else if (message instanceof HttpContent content
                    && !current.get().bodyQueue().isEnded()) {
                inbox.poll();
                body(current.get(), content);
            } else {
                return;
            }
        }
    }

    private void begin(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(request.decoderResult().cause());
            return;
        }
        RequestHead head;
        try {
            head = RequestHead.of(request);
        } catch (IllegalArgumentException e) {
            refuse(e);
            return;
        }
        Handling handling = dispatcher.find(head);
        Runnable beforeBody = HttpUtil.is100ContinueExpected(request) ? this::sendContinue : () -> {};
        Exchange exchange = new Exchange(
                this,
                head,
                request.protocolVersion(),
                handling,
                HttpUtil.isKeepAlive(request),
                !HttpUtil.isTransferEncodingChunked(request) && HttpUtil.getContentLength(request, 0L) <= SMALL_BODY,
                new InputQueue(channel::read),
                beforeBody);
        current = Optional.of(exchange);
        workers.execute(() -> Answers.run(handling.handler(), exchange));
    }

    private void sendContinue() {
        channel.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void body(Exchange exchange, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            exchange.bodyQueue()
                    .fail("the request's body is malformed: "
                            + content.decoderResult().cause().getMessage());
            return;
        }
        boolean last = content instanceof LastHttpContent;
        exchange.bodyQueue().offer(content.content());
        if (last) {
            exchange.bodyQueue().end();
            if (exchange.hijacks()) {
                // what follows is no HTTP if the connection is taken over
                channel.pipeline().remove(DECODER);
            }
            if (answered) {
                next(exchange);
            }
        }
    }

    /** Answers something that is no request. */
    private void refuse(Throwable cause) {
        HttpResponseStatus status = cause instanceof TooLongHttpLineException
                ? HttpResponseStatus.REQUEST_URI_TOO_LONG
                : cause instanceof TooLongHttpHeaderException
                        ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                        : HttpResponseStatus.BAD_REQUEST;
        LOG.debug("not a request", cause);
        discarding = true;
        channel.writeAndFlush(Answers.plain(status, commonHeaders, "malformed HTTP request: " + cause.getMessage()))
                .addListener(done -> discard());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (wantsMore()) {
            context.read();
        }
    }

    private boolean wantsMore() {
        if (discarding) {
            return true;
        }
        if (current.isEmpty()) {
            return inbox.isEmpty();
        }
        InputQueue body = current.get().bodyQueue();
        return body.isEnded() ? takenOver && raw.hasRoom() : body.hasRoom();
    }

    /** The answer is out, or cannot get out. */
    void finished(Exchange exchange, boolean reusable) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> finished(exchange, reusable));
            return;
        }
        LOG.debug("{}", exchange.summary());
        exchange.bodyQueue().drop();
        if (!reusable) {
            discard();
        } else if (exchange.bodyQueue().isEnded()) {
            next(exchange);
        } else {
            // the little that is left of the body goes first
            answered = true;
            channel.read();
        }
    }

    /** Makes ready for the request after this one. */
    private void next(Exchange exchange) {
        current = Optional.empty();
        answered = false;
        if (exchange.hijacks()) {
            HttpRequestDecoder decoder = decoder();
            channel.pipeline().addBefore(ENCODER, DECODER, decoder);
            replay(decoder);
        }
        process();
        if (current.isEmpty() && !discarding) {
            if (inputEnded) {
                end(channel);
            } else {
                channel.read();
            }
        }
    }

    /** What came after the request was the next one after all. */
    private void replay(HttpRequestDecoder decoder) {
        ChannelHandlerContext before = channel.pipeline().context(decoder);
        for (Optional<ByteBuf> bytes = raw.poll(); bytes.isPresent(); bytes = raw.poll()) {
            try {
                decoder.channelRead(before, bytes.get());
            } catch (Exception e) {
                exceptionCaught(before, e);
            }
        }
    }

    /** Ends the connection, but not before the client could read the answer: it may still be busy sending. */
    private void discard() {
        discarding = true;
        clearInbox();
        raw.drop();
        if (inputEnded) {
            end(channel);
            return;
        }
        ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
            ScheduledFuture<?> ending =
                    channel.eventLoop().schedule(() -> end(channel), LINGER_SECONDS, TimeUnit.SECONDS);
            LOG.trace("lingering: {}", ending);
        });
        channel.read();
    }

    /** Takes the connection over; from any thread. */
    HijackedStream takeOver(FullHttpResponse response) {
        HijackedStream stream = new HijackedStream(channel, writer, raw, workers);
        channel.eventLoop().execute(() -> {
            takenOver = true;
            channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            channel.pipeline().remove(ENCODER);
            if (inputEnded) {
                raw.end();
            }
            channel.closeFuture().addListener(done -> stream.connectionLost());
            if (raw.hasRoom()) {
                channel.read();
            }
        });
        return stream;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean ends = event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent;
        if (ends && !inputEnded) {
            inputEnded = true;
            inputEnds();
        }
    }

    private void inputEnds() {
        if (discarding || current.isEmpty() || answered) {
            end(channel);
            return;
        }
        Exchange exchange = current.get();
        if (!exchange.bodyQueue().isEnded()) {
            exchange.bodyQueue().fail("the client left in the middle of the request");
        }
        if (takenOver) {
            raw.end();
        } else {
            exchange.cancel();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnded = true;
        clearInbox();
        raw.end();
        current.ifPresent(exchange -> {
            exchange.bodyQueue().fail("the client left");
            exchange.cancel();
        });
    }

    private void clearInbox() {
        inbox.forEach(ReferenceCountUtil::release);
        inbox.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("a client's connection broke", cause);
        } else {
            LOG.warn("a client's connection failed", cause);
        }
        end(channel);
    }
}
