package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.EngineException;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.WaitResult;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.shim.ContainerRuntime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends containers by signals. Holds no lock while it waits. */
final class Stops {
    private static final Logger LOG = LoggerFactory.getLogger(Stops.class);
    private static final int DEFAULT_STOP_SECONDS = 10;

    private final ContainerRuntime runtime;
    private final EventLog events;

    Stops(ContainerRuntime runtime, EventLog events) {
        this.runtime = runtime;
        this.events = events;
    }

    /** Asks a container to end, kills it after a time, and returns when it has ended. */
    void end(Entry entry, Optional<Integer> timeoutSeconds, Optional<String> signal) {
        Container container = entry.container();
        CompletableFuture<WaitResult> end = entry.await(WaitCondition.NOT_RUNNING);
        int seconds = timeoutSeconds.or(() -> container.config().stopTimeout()).orElse(DEFAULT_STOP_SECONDS);
        String name =
                signal.filter(text -> !text.isEmpty()).orElse(container.config().stopSignal());
        entry.update(stored -> stored.stoppedByUser(true));
        send(container, Signals.orTerm(name));
        if (container.state().status() == Status.PAUSED) {
            runtime.resume(container.id());
        }
        try {
            if (seconds < 0) {
                end.join();
            } else {
                end.get(seconds, TimeUnit.SECONDS);
            }
        } catch (TimeoutException e) {
            send(container, Signals.KILL);
            end.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "interrupted while container " + container.id() + " stops", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a signal to a container; one that ended meanwhile is no failure. */
    void send(Container container, int signal) {
        boolean all =
                signal == Signals.KILL && !container.hostConfig().pidMode().isEmpty();
        try {
            runtime.kill(container.id(), signal, all);
        } catch (EngineException e) {
            LOG.debug("container {} ended before signal {} reached it", container.id(), signal, e);
            return;
        }
        Map<String, String> attributes = ContainerService.attributes(container);
        attributes.put("signal", Integer.toString(signal));
        events.publish("container", "kill", container.id(), attributes);
    }

    /** Kills a container and returns when it has ended. */
    void kill(Entry entry) {
        CompletableFuture<WaitResult> end = entry.await(WaitCondition.NOT_RUNNING);
        entry.update(stored -> stored.stoppedByUser(true));
        send(entry.container(), Signals.KILL);
        end.join();
    }
}
