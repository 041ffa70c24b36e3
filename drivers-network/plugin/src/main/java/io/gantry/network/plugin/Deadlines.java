package io.gantry.network.plugin;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Closes connections whose time is up, which ends whatever reads or writes on them. One thread, while there is something to watch. */
final class Deadlines {
    private final ScheduledThreadPoolExecutor timer;

    Deadlines() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gantry-plugin-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(5, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /** Closes it when the time is up, unless the result is cancelled before. */
    Alarm watch(Closeable connection, Duration time) {
        Alarm alarm = new Alarm(connection);
        alarm.future = timer.schedule(alarm, time.toMillis(), TimeUnit.MILLISECONDS);
        return alarm;
    }

    /** What ends one connection. */
    static final class Alarm implements Runnable {
        private final Closeable connection;
        private volatile boolean rung;
        private Future<?> future = CompletableFuture.completedFuture(null);

        private Alarm(Closeable connection) {
            this.connection = connection;
        }

        @Override
        public void run() {
            rung = true;
            close(connection);
        }

        boolean hasRung() {
            return rung;
        }

        void cancel() {
            future.cancel(false);
        }
    }

    private static void close(Closeable connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // Whoever uses it finds out.
            System.getLogger(Deadlines.class.getName()).log(System.Logger.Level.DEBUG, "closing a connection", e);
        }
    }
}
