package io.gantry.server.api;

import io.gantry.engine.InputHandle;
import io.gantry.server.http.HijackedStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes what a client sends on to a container. */
final class InputPump implements HijackedStream.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(InputPump.class);

    private final InputHandle handle;
    private final HijackedStream stream;
    private final Optional<DetachKeys> detachKeys;
    private boolean detached;

    /** @param detachKeys for terminals */
    InputPump(InputHandle handle, HijackedStream stream, Optional<DetachKeys> detachKeys) {
        this.handle = handle;
        this.stream = stream;
        this.detachKeys = detachKeys;
    }

    @Override
    public void data(ByteBuffer bytes) {
        if (detached) {
            return;
        }
        if (detachKeys.isEmpty()) {
            handle.write(bytes);
            return;
        }
        DetachKeys.Filtered filtered = detachKeys.get().filter(bytes);
        if (filtered.bytes().hasRemaining()) {
            handle.write(filtered.bytes());
        }
        if (filtered.detached()) {
            detached = true;
            gone();
            stream.close();
        }
    }

    @Override
    public void end() {
        handle.closeInput();
    }

    @Override
    public void gone() {
        try {
            handle.close();
        } catch (RuntimeException e) {
            LOG.warn("an attached stream could not be closed", e);
        }
    }
}
