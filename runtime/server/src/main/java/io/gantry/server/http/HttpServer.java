package io.gantry.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, decodes requests on one event loop, and has them answered on worker threads, which come and go with the load. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int BACKLOG = 1024;
    private static final int PAGE = 8 * 1024;
    private static final int MAX_ORDER = 5;
    private static final long GRACE_SECONDS = 5;
    private static final long WORKER_IDLE_SECONDS = 20;

    private final Dispatcher dispatcher;
    private final Map<String, String> commonHeaders;
    private final EventLoopGroup loop;
    private final ThreadPoolExecutor workers;
    /** One arena of small chunks: most of the time there is nothing to hold. */
    private final PooledByteBufAllocator allocator =
            new PooledByteBufAllocator(true, 0, 1, PAGE, MAX_ORDER, 0, 0, false);

    private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** A server that does not listen yet. The headers are added to every answer. */
    public HttpServer(Dispatcher dispatcher, Map<String, String> commonHeaders) {
        this.dispatcher = dispatcher;
        this.commonHeaders = Map.copyOf(commonHeaders);
        this.loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("gantry-http", true), SteadyEpoll.factory());
        this.workers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                WORKER_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new DefaultThreadFactory("gantry-api", true),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Listens on a Unix socket; the file must not exist. */
    public void listen(Path socket) throws IOException {
        bind(EpollServerDomainSocketChannel.class, new DomainSocketAddress(socket.toFile()), Optional.empty());
    }

    /**
     * Listens on a TCP port.
     *
     * @param host a name or an address
     * @param port 0 for any
     * @param tls encrypts, if it is there
     * @return the port
     */
    public int listen(String host, int port, Optional<SslContext> tls) throws IOException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        Channel channel = bind(EpollServerSocketChannel.class, new InetSocketAddress(addresses[0], port), tls);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private Channel bind(Class<? extends ServerChannel> type, SocketAddress address, Optional<SslContext> tls)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
                        Connection.install(channel, dispatcher, workers, commonHeaders);
                    }
                });
        try {
            Channel channel = bootstrap.bind(address).syncUninterruptibly().channel();
            listeners.add(channel);
            return channel;
        } catch (RuntimeException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** Stops listening, breaks the connections that are left, and waits a little for what is being done for them. */
    @Override
    public void close() {
        listeners.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("some requests are still being answered: they are left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
