package io.gantry.engine.shim;

import io.gantry.engine.InputHandle;
import io.gantry.engine.OutputSink;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.UnixSeqpacket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to conmon's attach socket. Each packet from conmon begins with a byte that tells the stream (2 standard
 * output, 3 standard error); what we send goes to standard input as it is. A sink that blocks holds the container back,
 * since conmon then blocks on the socket.
 */
public final class AttachStream implements InputHandle {
    private static final Logger LOG = LoggerFactory.getLogger(AttachStream.class);
    private static final int STDERR = 3;
    /** conmon sends at most 8 KiB and a byte. */
    private static final int RECEIVED = 64 * 1024;
    /** conmon reads at most 32 KiB of a packet, and drops the rest. */
    private static final int SENT = 16 * 1024;

    private final UnixSeqpacket socket;
    private final OutputSink sink;
    private final Object input = new Object();
    private boolean inputClosed;

    private AttachStream(UnixSeqpacket socket, OutputSink sink) {
        this.socket = socket;
        this.sink = sink;
    }

    static AttachStream open(Path path, String name, OutputSink sink) {
        AttachStream stream = new AttachStream(UnixSeqpacket.connect(path), sink);
        Thread reader = new Thread(null, stream::deliver, "gantry-attach-" + name, 128 * 1024);
        reader.setDaemon(true);
        reader.start();
        return stream;
    }

    private void deliver() {
        byte[] packet = new byte[RECEIVED];
        try {
            for (int length = socket.read(packet); length >= 0; length = socket.read(packet)) {
                if (length > 1) {
                    OutputSink.Channel channel =
                            packet[0] == STDERR ? OutputSink.Channel.STDERR : OutputSink.Channel.STDOUT;
                    sink.output(channel, ByteBuffer.wrap(packet, 1, length - 1));
                }
            }
        } catch (ClosedChannelException e) {
            LOG.trace("detached", e);
        } catch (KernelException e) {
            if (!e.is(Errno.ECONNRESET)) {
                LOG.warn("lost an attached stream", e);
            }
        } catch (RuntimeException e) {
            LOG.debug("the receiver of an attached stream failed", e);
        } finally {
            socket.close();
            sink.closed();
        }
    }

    @Override
    public void write(ByteBuffer data) {
        synchronized (input) {
            byte[] packet = new byte[Math.min(SENT, data.remaining())];
            while (data.hasRemaining() && !inputClosed) {
                int length = Math.min(packet.length, data.remaining());
                data.get(packet, 0, length);
                inputClosed = !send(packet, length);
            }
        }
    }

    private boolean send(byte[] packet, int length) {
        try {
            socket.write(packet, 0, length);
            return true;
        } catch (ClosedChannelException e) {
            return false;
        } catch (KernelException e) {
            if (e.is(Errno.EPIPE, Errno.ECONNRESET, Errno.ENOTCONN)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void closeInput() {
        synchronized (input) {
            if (!inputClosed) {
                inputClosed = true;
                socket.shutdownWrite();
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
