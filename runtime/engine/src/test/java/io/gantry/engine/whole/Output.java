package io.gantry.engine.whole;

import io.gantry.engine.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Keeps all output, and knows of the end. */
final class Output implements OutputSink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public synchronized void output(Channel channel, ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        (channel == Channel.STDERR ? err : out).writeBytes(bytes);
        notifyAll();
    }

    @Override
    public void closed() {
        end.complete(null);
    }

    Output await() throws Exception {
        end.get(30, TimeUnit.SECONDS);
        return this;
    }

    synchronized void awaitOutput(String part) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!stdout().contains(part)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no \"" + part + "\" in \"" + stdout() + "\"");
            }
            wait(left);
        }
    }

    synchronized String stdout() {
        return out.toString(StandardCharsets.UTF_8);
    }

    synchronized String stderr() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
