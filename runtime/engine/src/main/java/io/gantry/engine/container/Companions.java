package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.Health;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** What goes along with each run of a container: its log is kept within its size, and its health is tested. */
final class Companions implements AutoCloseable {
    private final ContainerParts parts;
    private final ContainerLogs logs;
    private final ExecService execs;
    private final Map<String, HealthMonitor> monitors = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;

    Companions(ContainerParts parts, ContainerLogs logs, ExecService execs) {
        this.parts = parts;
        this.logs = logs;
        this.execs = execs;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gantry-health");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** The container was started, or an engine that is begun anew has found it running. */
    void begin(Container container) {
        logs.begin(container);
        container
                .config()
                .healthcheck()
                .ifPresent(check -> HealthProbe.of(execs, container, HealthMonitor.timeout(check))
                        .ifPresent(probe -> monitors.computeIfAbsent(
                                        container.id(),
                                        id -> new HealthMonitor(
                                                probe, check, timer, parts.background(), status -> changed(id, status)))
                                .begin(container.state().startedAt())));
    }

    private void changed(String id, Health.Status status) {
        parts.store()
                .byId(id)
                .ifPresent(entry -> parts.events()
                        .publish(
                                "container",
                                "health_status: " + status.name().toLowerCase(Locale.ROOT),
                                id,
                                ContainerService.attributes(entry.container())));
    }

    /** The container was frozen. */
    void paused(String containerId) {
        monitor(containerId).ifPresent(HealthMonitor::end);
    }

    /** It was thawed. */
    void resumed(String containerId) {
        monitor(containerId).ifPresent(HealthMonitor::resume);
    }

    /** The container has ended. */
    void end(String containerId) {
        logs.end(containerId);
        monitor(containerId).ifPresent(HealthMonitor::end);
    }

    /** The container is no more. */
    void forget(String containerId) {
        end(containerId);
        monitors.remove(containerId);
    }

    /** Of a container that was started and is tested. */
    Optional<Health> health(String containerId) {
        return monitor(containerId).map(HealthMonitor::health);
    }

    private Optional<HealthMonitor> monitor(String containerId) {
        return Optional.ofNullable(monitors.get(containerId));
    }

    @Override
    public void close() {
        monitors.values().forEach(HealthMonitor::end);
        timer.shutdownNow();
        logs.close();
    }
}
