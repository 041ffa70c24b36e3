package io.gantry.engine.container;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.log.LogOptions;
import io.gantry.engine.log.LogReader;
import io.gantry.engine.log.LogRotation;
import io.gantry.engine.shim.ContainerRuntime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The logs of containers. */
final class ContainerLogs implements AutoCloseable {
    private final ContainerRuntime runtime;
    private final LogReader reader;
    private final LogRotation rotation;

    ContainerLogs(ContainerRuntime runtime) {
        this.runtime = runtime;
        this.reader = new LogReader(runtime.watches());
        this.rotation = new LogRotation(runtime.watches());
    }

    /** As Docker does, follows a container that runs; the log of another is shown to its end. */
    AutoCloseable open(Entry entry, LogRequest request, OutputSink sink) {
        Container container = entry.container();
        if (!LogOptions.of(container.hostConfig().logConfig()).kept()) {
            throw new EngineException(
                    EngineException.Kind.NOT_IMPLEMENTED, "configured logging driver does not support reading");
        }
        CompletableFuture<?> end = container.state().isUp()
                ? entry.await(WaitCondition.NOT_RUNNING)
                : CompletableFuture.completedFuture(container.state());
        return reader.open(container.logPath(), request, sink, end);
    }

    /** What was written up to now, for somebody who attaches; nothing if it is not kept. The sink stays open. */
    void send(Container container, AttachRequest request, OutputSink sink) {
        if (LogOptions.of(container.hostConfig().logConfig()).kept()) {
            Optional<Integer> all = Optional.empty();
            LogReader.send(
                    container.logPath(),
                    new LogRequest(
                            request.stdout(), request.stderr(), false, false, Optional.empty(), Optional.empty(), all),
                    sink);
        }
    }

    /** The container runs. */
    void begin(Container container) {
        String id = container.id();
        LogOptions options = LogOptions.of(container.hostConfig().logConfig());
        rotation.begin(id, container.logPath(), options, () -> runtime.reopenLog(id));
    }

    /** The container has ended. */
    void end(String containerId) {
        rotation.end(containerId);
    }

    @Override
    public void close() {
        rotation.close();
    }
}
