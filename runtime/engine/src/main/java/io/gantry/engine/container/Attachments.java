package io.gantry.engine.container;

import io.gantry.engine.AttachRequest;
import io.gantry.engine.InputHandle;
import io.gantry.engine.OutputSink;
import io.gantry.engine.shim.ContainerRuntime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Attached streams, those included that wait for a container to be started. */
final class Attachments {
    /** Of one who has been told all that was asked for. */
    static final InputHandle NOTHING = Nothing.HANDLE;

    private final ContainerRuntime runtime;
    private final Map<String, List<Waiting>> waiting = new ConcurrentHashMap<>();

    Attachments(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /** Attaches to a container that runs. */
    InputHandle now(String containerId, AttachRequest request, OutputSink sink) {
        InputHandle handle = runtime.attach(containerId, new Chosen(request, sink));
        return request.stdin() ? handle : new NoInput(handle);
    }

    /** Attaches to a container that is about to be started. */
    InputHandle later(String containerId, AttachRequest request, OutputSink sink) {
        Waiting handle = new Waiting(containerId, request, sink);
        waiting.compute(containerId, (id, known) -> {
            List<Waiting> list = known == null ? new ArrayList<>() : known;
            list.add(handle);
            return list;
        });
        return handle;
    }

    /** The container was made and has not begun to run: whoever waited is attached. */
    void created(String containerId) {
        List<Waiting> handles = waiting.remove(containerId);
        if (handles != null) {
            handles.forEach(Waiting::connect);
        }
    }

    /** The container will not run. */
    void failed(String containerId) {
        List<Waiting> handles = waiting.remove(containerId);
        if (handles != null) {
            handles.forEach(Waiting::giveUp);
        }
    }

    private enum Nothing implements InputHandle {
        HANDLE;

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

    /** Passes on the streams that were asked for. */
    private record Chosen(AttachRequest request, OutputSink sink) implements OutputSink {
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

    /** One that did not ask to send input neither sends nor ends it. */
    private record NoInput(InputHandle handle) implements InputHandle {
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

    /** One that waits for the start; input waits with it. */
    private final class Waiting implements InputHandle {
        private final String containerId;
        private final AttachRequest request;
        private final OutputSink sink;
        private InputHandle connected;
        private boolean inputClosed;
        private boolean closed;

        Waiting(String containerId, AttachRequest request, OutputSink sink) {
            this.containerId = containerId;
            this.request = request;
            this.sink = sink;
        }

        synchronized void connect() {
            if (!closed) {
                connected = now(containerId, request, sink);
                if (inputClosed) {
                    connected.closeInput();
                }
                notifyAll();
            }
        }

        void giveUp() {
            synchronized (this) {
                closed = true;
                notifyAll();
            }
            sink.closed();
        }

        @Override
        public void write(ByteBuffer data) {
            InputHandle target;
            synchronized (this) {
                while (connected == null && !closed) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
                target = connected;
            }
            if (target != null) {
                target.write(data);
            }
        }

        @Override
        public synchronized void closeInput() {
            inputClosed = true;
            if (connected != null) {
                connected.closeInput();
            }
        }

        @Override
        public void close() {
            waiting.computeIfPresent(containerId, (id, list) -> {
                list.remove(this);
                return list.isEmpty() ? null : list;
            });
            synchronized (this) {
                boolean first = !closed;
                closed = true;
                notifyAll();
                if (connected != null) {
                    connected.close();
                } else if (first) {
                    sink.closed();
                }
            }
        }
    }
}
