package io.gantry.engine;

import java.nio.ByteBuffer;

/** Receives a container's output. Called by one thread at a time, in order; may block, which holds the container back. */
public interface OutputSink {
    /** Which stream output came from. */
    enum Channel {
        /** Standard output, and everything of a terminal. */
        STDOUT,
        /** Standard error. */
        STDERR
    }

    /** Some output; the buffer is valid during the call only, and never empty. */
    void output(Channel channel, ByteBuffer data);

    /** There will be no more. Called once. */
    void closed();
}
