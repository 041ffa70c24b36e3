package io.gantry.server.api;

import io.gantry.server.http.HijackedStream;
import io.gantry.server.http.ResponseStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Ways to a client, for a {@link StreamSink}. */
final class Targets {
    private Targets() {}

    /** A connection that was taken over. */
    record Hijacked(HijackedStream stream) implements StreamSink.Target {
        @Override
        public void send(ByteBuffer bytes) throws IOException {
            stream.send(bytes);
        }

        @Override
        public void send(ByteBuffer header, ByteBuffer bytes) throws IOException {
            stream.send(header, bytes);
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    /** The body of an answer. */
    record Body(ResponseStream stream) implements StreamSink.Target {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

        @Override
        public void send(ByteBuffer bytes) throws IOException {
            stream.write(NOTHING.duplicate(), bytes);
        }

        @Override
        public void send(ByteBuffer header, ByteBuffer bytes) throws IOException {
            stream.write(header, bytes);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
