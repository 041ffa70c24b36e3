package io.gantry.engine.shim;

import io.gantry.engine.InputHandle;
import io.gantry.engine.OutputSink;
import io.gantry.linux.OpenDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts further processes in containers. Each has a conmon, which reports three times: when its attach socket is there
 * (if somebody attaches), the process's number, and its exit code.
 */
final class ExecShim {
    private static final Logger LOG = LoggerFactory.getLogger(ExecShim.class);

    private final Path conmon;
    private final OciRuntime runtime;
    private final ExecutorService blocking;
    private final IntConsumer ended;

    ExecShim(Path conmon, OciRuntime runtime, ExecutorService blocking, IntConsumer ended) {
        this.conmon = conmon;
        this.runtime = runtime;
        this.blocking = blocking;
        this.ended = ended;
    }

    /**
     * Starts a process; returns when it runs. The sink is told of the end of output after the exit code is known.
     *
     * @throws StartFailedException if it cannot be started; nothing is left
     */
    ExecSession start(ExecShimRequest request, Optional<OutputSink> sink) {
        Path directory = request.directory();
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path spec = Files.writeString(
                    directory.resolve("process.json"), request.process().toString());
            Conmon supervisor = sink.isPresent()
                    ? Conmon.startWaiting(conmon, arguments(request, spec, true), directory)
                    : Conmon.start(conmon, arguments(request, spec, false), directory);
            return begun(request, supervisor, sink);
        } catch (IOException e) {
            remove(directory);
            throw new UncheckedIOException("cannot prepare a command in " + directory, e);
        } catch (RuntimeException e) {
            remove(directory);
            throw e;
        }
    }

    private ExecSession begun(ExecShimRequest request, Conmon supervisor, Optional<OutputSink> sink) {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        try {
            InputHandle input =
                    sink.map(to -> attach(request, supervisor, to, end)).orElse(Nowhere.INPUT);
            Optional<SyncMessage> answer = supervisor.message();
            if (answer.isEmpty() || answer.get().data() <= 0) {
                throw RuntimeErrors.execFailed(why(request.directory(), answer, supervisor));
            }
            blocking.execute(() -> awaitEnd(request.directory(), supervisor, end));
            return new ExecSession(
                    answer.get().data(), input, request.directory().resolve("ctl"));
        } catch (RuntimeException e) {
            supervisor.kill();
            supervisor.close();
            end.complete(ExitStatus.UNKNOWN);
            throw e;
        }
    }

    private static InputHandle attach(
            ExecShimRequest request, Conmon supervisor, OutputSink sink, CompletableFuture<Integer> end) {
        supervisor.go();
        Optional<SyncMessage> ready = supervisor.message();
        if (ready.isEmpty() || ready.get().data() < 0) {
            throw RuntimeErrors.execFailed(why(request.directory(), ready, supervisor));
        }
        AttachStream stream = AttachStream.open(
                request.directory().resolve("attach"),
                "exec-"
                        + request.execId()
                                .substring(0, Math.min(8, request.execId().length())),
                new ClosedAfterEnd(sink, end));
        supervisor.go();
        return stream;
    }

    private static String why(Path directory, Optional<SyncMessage> answer, Conmon supervisor) {
        String logged = OciRuntime.lastError(Shim.runtimeLog(directory));
        if (!logged.isEmpty()) {
            return logged;
        }
        String told = answer.map(SyncMessage::message).orElse("");
        return told.isEmpty() ? supervisor.complaint() : told;
    }

    private void awaitEnd(Path directory, Conmon supervisor, CompletableFuture<Integer> end) {
        int code = ExitStatus.UNKNOWN;
        try (supervisor) {
            code = supervisor.message().map(SyncMessage::data).orElse(ExitStatus.UNKNOWN);
        } catch (UncheckedIOException e) {
            LOG.warn("the end of a command in {} was not seen", directory, e);
        } finally {
            ended.accept(code);
            end.complete(code);
        }
        var unused = supervisor.ended().thenRun(() -> remove(directory));
    }

    private List<String> arguments(ExecShimRequest request, Path spec, boolean attach) {
        String id = request.containerId();
        List<String> arguments = new ArrayList<>(List.of("--api-version", "1", "--sync", "--full-attach", "-e"));
        arguments.addAll(List.of("-c", id, "-u", request.execId(), "-n", id));
        arguments.addAll(List.of(
                "-r", runtime.program().toString(), "-b", request.directory().toString()));
        arguments.addAll(List.of("-p", request.directory().resolve("pid").toString(), "-l", "none"));
        arguments.addAll(List.of("--log-level", "error", "--exec-process-spec", spec.toString()));
        for (String option : runtime.globalOptions(Shim.runtimeLog(request.directory()))) {
            arguments.addAll(List.of("--runtime-arg", option));
        }
        if (attach) {
            arguments.add("--exec-attach");
        }
        if (request.tty()) {
            arguments.add("-t");
        }
        if (request.openStdin()) {
            arguments.add("-i");
        }
        return arguments;
    }

    private static void remove(Path directory) {
        if (Files.exists(directory)) {
            try (OpenDirectory parent = OpenDirectory.open(directory.getParent())) {
                parent.removeTree(directory.getFileName().toString());
            } catch (RuntimeException e) {
                LOG.warn("cannot remove {}, which a command left", directory, e);
            }
        }
    }

    /** Clients ask for the exit code as soon as the output ends. */
    private record ClosedAfterEnd(OutputSink sink, CompletableFuture<Integer> end) implements OutputSink {
        @Override
        public void output(Channel channel, ByteBuffer data) {
            sink.output(channel, data);
        }

        @Override
        public void closed() {
            var unused = end.whenComplete((code, failure) -> sink.closed());
        }
    }

    /** The input of a command that nobody is attached to. */
    private enum Nowhere implements InputHandle {
        INPUT;

        @Override
        public void write(ByteBuffer data) {
            data.position(data.limit());
        }

        @Override
        public void closeInput() {
            // there is none
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
