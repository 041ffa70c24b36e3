package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** Sends standard input to the container on a thread of its own, until its end, the detach keys or {@link #close}. */
final class StdinPump implements Closeable {
    private final Session session;
    private final ApiClient.Exchange exchange;
    private final Optional<DetachKeys> keys;
    private final StdinWait wait;
    private final Thread thread;
    private volatile boolean detached;

    private StdinPump(Session session, ApiClient.Exchange exchange, Optional<DetachKeys> keys, boolean standard) {
        this.session = session;
        this.exchange = exchange;
        this.keys = keys;
        this.wait = standard ? StdinWait.open() : null;
        this.thread = new Thread(this::run, "stdin");
        thread.setDaemon(true);
    }

    static StdinPump start(Session session, ApiClient.Exchange exchange, Optional<DetachKeys> keys) {
        StdinPump pump = new StdinPump(session, exchange, keys, session.in() == System.in);
        pump.thread.start();
        return pump;
    }

    private void run() {
        byte[] block = new byte[32 * 1024];
        try {
            OutputStream out = exchange.output();
            while (wait == null || wait.await()) {
                int count = session.in().read(block);
                if (count < 0) {
                    out.close();
                    return;
                }
                byte[] typed = keys.isPresent() ? keys.get().filter(block, count) : Arrays.copyOf(block, count);
                out.write(typed, 0, typed.length);
                if (keys.isPresent() && keys.get().complete()) {
                    detached = true;
                    exchange.abort();
                    return;
                }
            }
        } catch (IOException e) {
            // the container has gone: the other direction reports how it ended
        }
    }

    boolean detached() {
        return detached;
    }

    @Override
    public void close() {
        if (wait != null) {
            wait.close();
            try {
                thread.join(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
