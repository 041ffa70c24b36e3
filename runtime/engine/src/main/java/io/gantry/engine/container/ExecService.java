package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.EngineException;
import io.gantry.engine.Execs;
import io.gantry.engine.InputHandle;
import io.gantry.engine.OutputSink;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.oci.OciRequest;
import io.gantry.engine.oci.OciRequest.Namespace;
import io.gantry.engine.oci.OciRequest.ProcessRequest;
import io.gantry.engine.oci.OciSpec;
import io.gantry.engine.shim.ExecSession;
import io.gantry.engine.shim.ExecShimRequest;
import io.gantry.engine.shim.StartFailedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Commands that run beside a container's first process. They are not kept over a restart of the engine, as in Docker. */
final class ExecService implements Execs {
    private final ContainerParts parts;
    private final Map<String, Known> execs = new ConcurrentHashMap<>();

    ExecService(ContainerParts parts) {
        this.parts = parts;
    }

    /** One command: before it is started there is no session. */
    private static final class Known {
        private final String id;
        private final String containerId;
        private final ExecRequest request;
        private boolean started;
        private Optional<ExecSession> session = Optional.empty();
        private Optional<Integer> exitCode = Optional.empty();

        Known(String id, String containerId, ExecRequest request) {
            this.id = id;
            this.containerId = containerId;
            this.request = request;
        }

        synchronized Exec shown() {
            boolean running = session.isPresent() && exitCode.isEmpty();
            int pid = running ? Math.toIntExact(session.get().pid()) : 0;
            return new Exec(id, containerId, request, running, exitCode, pid);
        }

        synchronized void claim() {
            if (started) {
                throw new EngineException(
                        EngineException.Kind.CONFLICT,
                        exitCode.isPresent()
                                ? "Exec command " + id + " has already run"
                                : "Error: Exec command " + id + " is already running");
            }
            started = true;
        }

        synchronized void begun(ExecSession now) {
            session = Optional.of(now);
        }

        synchronized void over(int code) {
            exitCode = Optional.of(code);
        }

        synchronized Optional<ExecSession> session() {
            return session;
        }
    }

    @Override
    public String create(String containerRef, ExecRequest request) {
        Container container = parts.store().find(containerRef).container();
        requireRunning(container);
        if (request.command().isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "No exec command specified");
        }
        String id = parts.ids().next();
        execs.put(id, new Known(id, container.id(), request));
        publish(container, id, "exec_create: " + String.join(" ", request.command()));
        return id;
    }

    @Override
    public Exec find(String execId) {
        return known(execId).shown();
    }

    @Override
    public InputHandle start(String execId, OutputSink sink) {
        Known known = known(execId);
        ExecSession session = begin(known, Optional.of(new Chosen(known.request, sink)));
        return known.request.stdin() ? session.input() : new OutputOnly(session.input());
    }

    @Override
    public void startDetached(String execId) {
        begin(known(execId), Optional.empty());
    }

    @Override
    public void resize(String execId, int rows, int columns) {
        known(execId)
                .session()
                .orElseThrow(() -> new EngineException(
                        EngineException.Kind.CONFLICT, "exec command " + execId + " is not running"))
                .resize(rows, columns);
    }

    /** The commands of a container that have not been forgotten. */
    List<String> idsOf(String containerId) {
        return execs.values().stream()
                .filter(known ->
                        known.containerId.equals(containerId) && known.shown().running())
                .map(known -> known.id)
                .toList();
    }

    /** Forgets one command, as if it had never been. */
    void forgetOne(String execId) {
        execs.remove(execId);
    }

    /** Forgets the commands of a container that is gone. */
    void forget(String containerId) {
        execs.values().removeIf(known -> known.containerId.equals(containerId));
    }

    private ExecSession begin(Known known, Optional<OutputSink> sink) {
        Container container = parts.store().find(known.containerId).container();
        requireRunning(container);
        known.claim();
        ExecRequest request = known.request;
        OciRequest of = parts.planner().plan(container, Namespace.HOST, volumeSources(container));
        try {
            publish(container, known.id, "exec_start: " + String.join(" ", request.command()));
            ExecSession session = parts.runtime()
                    .exec(
                            new ExecShimRequest(
                                    container.id(),
                                    known.id,
                                    parts.layout().exec(container.id(), known.id),
                                    request.tty(),
                                    request.stdin(),
                                    OciSpec.exec(of, process(container, request), request.privileged())),
                            sink,
                            code -> over(known, container, code));
            known.begun(session);
            return session;
        } catch (StartFailedException e) {
            known.over(e.exitCode());
            EngineException.Kind kind =
                    e.isInvalidCommand() ? EngineException.Kind.INVALID : EngineException.Kind.SYSTEM;
            throw new EngineException(kind, e.getMessage(), e);
        } catch (RuntimeException e) {
            known.over(StartFailedException.OTHER);
            throw e;
        }
    }

    private void over(Known known, Container container, int code) {
        known.over(code);
        Map<String, String> attributes = new LinkedHashMap<>(container.config().labels());
        attributes.put("execID", known.id);
        attributes.put("exitCode", Integer.toString(code));
        attributes.put("image", container.config().image());
        attributes.put("name", container.name());
        parts.events().publish("container", "exec_die", container.id(), attributes);
    }

    /** Where volumes lie does not matter to a further process. */
    private static Map<String, java.nio.file.Path> volumeSources(Container container) {
        return container.mounts().stream()
                .filter(mount -> mount.type().equals("volume"))
                .collect(
                        Collectors.toMap(mount -> mount.destination(), mount -> java.nio.file.Path.of(mount.source())));
    }

    private ProcessRequest process(Container container, ExecRequest request) {
        ContainerConfig config = container.config();
        List<String> environment = new ArrayList<>(parts.planner().environment(container));
        for (String pair : request.env()) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            environment.removeIf(old -> old.startsWith(name + "="));
            if (equals >= 0) {
                environment.add(pair);
            }
        }
        if (request.tty() && environment.stream().noneMatch(pair -> pair.startsWith("TERM="))) {
            environment.add("TERM=xterm");
        }
        return new ProcessRequest(
                request.command(),
                environment,
                request.workingDir().isEmpty() ? config.workingDir() : request.workingDir(),
                request.user().isEmpty() ? config.user() : request.user(),
                container.hostConfig().groupAdd(),
                request.tty(),
                Optional.empty(),
                container.hostConfig().ulimits(),
                container.hostConfig().oomScoreAdj());
    }

    private static void requireRunning(Container container) {
        if (container.state().status() == Status.PAUSED) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "Container " + container.name() + " is paused, unpause the container before exec");
        }
        if (!container.state().isUp()) {
            throw new EngineException(EngineException.Kind.CONFLICT, "container " + container.id() + " is not running");
        }
    }

    private Known known(String execId) {
        return Optional.ofNullable(execs.get(execId))
                .or(() -> byPrefix(execId))
                .orElseThrow(() -> EngineException.notFound("No such exec instance: " + execId));
    }

    private Optional<Known> byPrefix(String prefix) {
        List<Known> found = execs.values().stream()
                .filter(known -> prefix.length() >= 12 && known.id.startsWith(prefix))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private void publish(Container container, String execId, String action) {
        Function<Container, Map<String, String>> attributes = of -> {
            Map<String, String> map = new LinkedHashMap<>(of.config().labels());
            map.put("execID", execId);
            map.put("image", of.config().image());
            map.put("name", of.name());
            return map;
        };
        parts.events().publish("container", action, container.id(), attributes.apply(container));
    }

    /** Passes on the streams that were asked for. */
    private record Chosen(ExecRequest request, OutputSink sink) implements OutputSink {
        @Override
        public void output(Channel channel, ByteBuffer data) {
            if (channel == Channel.STDOUT ? request.stdout() : request.stderr()) {
                sink.output(channel, data);
            }
        }

        @Override
        public void closed() {
            sink.closed();
        }
    }

    /** One that did not ask to send input. */
    private record OutputOnly(InputHandle handle) implements InputHandle {
        @Override
        public void write(ByteBuffer data) {
            data.position(data.limit());
        }

        @Override
        public void closeInput() {
            // it never began
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
