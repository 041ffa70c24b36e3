package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.WaitResult;
import io.gantry.engine.state.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** One container in memory: its present state, a lock for whoever changes it, and those who wait for it. */
final class Entry {
    private final ReentrantLock lock = new ReentrantLock(true);

    private final Documents<StoredContainer> documents;
    private final List<Waiter> waiters = new ArrayList<>();
    private volatile StoredContainer stored;
    private volatile boolean removed;

    Entry(Documents<StoredContainer> documents, StoredContainer stored) {
        this.documents = documents;
        this.stored = stored;
    }

    private record Waiter(WaitCondition condition, CompletableFuture<WaitResult> result) {}

    StoredContainer stored() {
        return stored;
    }

    Container container() {
        return stored.container();
    }

    String id() {
        return stored.container().id();
    }

    ContainerState state() {
        return stored.container().state();
    }

    boolean isRemoved() {
        return removed;
    }

    /** Changes the container, in the database first. */
    void update(UnaryOperator<StoredContainer> change) {
        synchronized (this) {
            StoredContainer changed = change.apply(stored);
            documents.put(id(), changed);
            stored = changed;
        }
    }

    /** Changes what clients see. */
    void change(UnaryOperator<Container> change) {
        update(now -> now.with(change.apply(now.container())));
    }

    void state(ContainerState state) {
        change(now -> Changes.state(now, state));
    }

    /** Takes the container out of the database. */
    void forget() {
        documents.delete(id());
        removed = true;
    }

    /** Tells those who waited for its removal: nothing is left of it. */
    void gone() {
        complete(waiter -> true);
    }

    CompletableFuture<WaitResult> await(WaitCondition condition) {
        CompletableFuture<WaitResult> result = new CompletableFuture<>();
        synchronized (waiters) {
            boolean over = removed || (condition == WaitCondition.NOT_RUNNING && !isBusy());
            if (over) {
                result.complete(new WaitResult(state().exitCode(), Optional.empty()));
            } else {
                waiters.add(new Waiter(condition, result));
            }
        }
        var unused = result.whenComplete((value, error) -> {
            synchronized (waiters) {
                waiters.removeIf(waiter -> waiter.result() == result);
            }
        });
        return result;
    }

    /** Tells those who wait for the end of this run. */
    void ended() {
        complete(waiter -> waiter.condition() != WaitCondition.REMOVED);
    }

    /** Runs work that changes the container, one at a time. */
    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private boolean isBusy() {
        return state().isUp() || state().status() == ContainerState.Status.RESTARTING;
    }

    private void complete(Predicate<Waiter> which) {
        List<Waiter> told;
        synchronized (waiters) {
            told = waiters.stream().filter(which).toList();
        }
        WaitResult result = new WaitResult(state().exitCode(), Optional.empty());
        told.forEach(waiter -> waiter.result().complete(result));
    }
}
