package io.gantry.tck.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Several threads that begin in the same moment. */
final class Race {
    private Race() {}

    /** Runs all at once, waits for them, and fails if one of them does. */
    static void win(long patienceSeconds, List<Callable<?>> runners) throws Exception {
        run(patienceSeconds, runners).stream()
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(e -> {
                    throw new AssertionError("a thread failed: " + e, e);
                });
    }

    /**
     * Runs all at once and waits for them.
     *
     * @return what each of them threw, in their order
     */
    static List<Optional<Throwable>> run(long patienceSeconds, List<Callable<?>> runners) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(runners.size());
        try {
            CyclicBarrier start = new CyclicBarrier(runners.size());
            List<Future<?>> running = new ArrayList<>();
            for (Callable<?> runner : runners) {
                running.add(pool.submit(() -> {
                    start.await();
                    return runner.call();
                }));
            }
            List<Optional<Throwable>> thrown = new ArrayList<>();
            for (Future<?> one : running) {
                try {
                    one.get(patienceSeconds, TimeUnit.SECONDS);
                    thrown.add(Optional.empty());
                } catch (ExecutionException e) {
                    thrown.add(Optional.of(e.getCause()));
                }
            }
            return thrown;
        } finally {
            pool.shutdownNow();
        }
    }
}
