package io.gantry.engine;

import java.nio.ByteBuffer;

/** The way in of an attached stream. Safe for use by several threads. */
public interface InputHandle extends AutoCloseable {
    /** Sends to standard input; blocks while the container does not read. Ignored once the container has ended. */
    void write(ByteBuffer data);

    /** Ends standard input. Idempotent. */
    void closeInput();

    /** Leaves; the container goes on. Idempotent. */
    @Override
    void close();
}
