package io.gantry.engine.dns;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that waits for all sockets, runs what is due, and never waits for anything else. */
final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(timer -> timer.due));
    private final Thread thread;
    private volatile boolean closed;

    EventLoop() throws IOException {
        this.selector = Selector.open();
        this.thread = new Thread(this::run, "gantry-dns");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whom a socket belongs to. */
    interface Handler {
        /** Something can be done with it. */
        void ready(SelectionKey key);

        /** Dealing with it failed in a way nobody thought of; its socket is closed already. */
        void broken();
    }

    /** Work to be done later, unless it is cancelled. Used by the loop's thread alone. */
    static final class Timer {
        private final long due;
        private Runnable work;

        private Timer(long due, Runnable work) {
            this.due = due;
            this.work = work;
        }

        void cancel() {
            work = null;
        }
    }

    /** Has work done by the loop's thread. Any thread may call this. */
    void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    /** The same, waiting until it is done and the sockets that it closed are gone. */
    void complete(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        execute(() -> {
            task.run();
            execute(() -> done.complete(null));
        });
        if (!closed) {
            done.orTimeout(10, TimeUnit.SECONDS).exceptionally(failure -> null).join();
        }
    }

    /** For the loop's thread. */
    Timer after(long millis, Runnable work) {
        Timer timer = new Timer(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), work);
        timers.add(timer);
        return timer;
    }

    /** For the loop's thread. The channel does not block. */
    SelectionKey register(SelectableChannel channel, int operations, Handler handler) throws ClosedChannelException {
        return channel.register(selector, operations, handler);
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (selector) {
            while (!closed) {
                selector.select(this::dispatch, untilNextTimer());
                for (int count = tasks.size(); count > 0; count--) {
                    attempt(tasks.remove());
                }
                runTimers();
            }
            for (SelectionKey key : selector.keys()) {
                close(key);
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("the name server of containers has ended; start the daemon again", e);
        }
        closed = true;
    }

    private long untilNextTimer() {
        Timer next = timers.peek();
        if (!tasks.isEmpty()) {
            return 1;
        }
        return next == null ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.due - System.nanoTime()) + 1);
    }

    private void runTimers() {
        long now = System.nanoTime();
        while (!timers.isEmpty() && timers.peek().due - now <= 0) {
            Runnable work = timers.remove().work;
            if (work != null) {
                attempt(work);
            }
        }
    }

    private void dispatch(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            handler.ready(key);
        } catch (CancelledKeyException e) {
            LOG.trace("a socket was closed while it was dealt with", e);
        } catch (RuntimeException e) {
            LOG.warn("a socket of the name server failed", e);
            close(key);
            attempt(handler::broken);
        }
    }

    private static void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("the name server failed at something", e);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            LOG.debug("cannot close a socket", e);
        }
    }
}
