package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * A container's streams on the user's terminal: what {@code run}, {@code start -a}, {@code attach} and {@code exec} share.
 * {@link #copy} returns when the output ends or the user detaches.
 */
final class ContainerStreams implements Closeable {
    private final Session session;
    private final ApiClient.Exchange exchange;
    private final boolean tty;
    private final TerminalSize sizes;
    private Optional<StdinPump> pump = Optional.empty();
    private Optional<Terminal> terminal = Optional.empty();

    /** {@code resizePath} is where the terminal's size is posted, {@code /containers/ID/resize} say. */
    ContainerStreams(Session session, ApiClient.Exchange exchange, boolean tty, String resizePath) {
        this.session = session;
        this.exchange = exchange;
        this.tty = tty;
        this.sizes = new TerminalSize(session, resizePath);
    }

    /** Refuses what Docker refuses: a TTY with its input open on something that is none. */
    static void checkTty(Session session, boolean attachStdin, boolean tty) {
        if (attachStdin && tty && !session.terminalInput()) {
            throw new CommandException(1, "the input device is not a TTY");
        }
    }

    /** Raw mode and the pump of standard input. */
    ContainerStreams input(boolean stdin, DetachKeys keys) throws IOException {
        if (stdin) {
            if (tty && session.terminalInput()) {
                terminal = Optional.of(Terminal.raw());
            }
            pump = Optional.of(StdinPump.start(session, exchange, tty ? Optional.of(keys) : Optional.empty()));
        }
        return this;
    }

    /** Gives the container the terminal's size, now and whenever it changes; call once it runs. */
    void followSize(Optional<Terminal.Size> size) {
        size.ifPresent(sizes::follow);
    }

    /** Makes what runs in the terminal draw itself anew. */
    void redraw(Optional<Terminal.Size> size) {
        size.ifPresent(sizes::redraw);
    }

    void copy() throws IOException {
        try {
            if (tty) {
                StreamCopy.raw(exchange.body(), session.out());
            } else {
                StreamCopy.framed(exchange.body(), session.out(), session.err());
            }
        } catch (IOException e) {
            if (!detached()) {
                throw e;
            }
        }
    }

    boolean detached() {
        return pump.isPresent() && pump.get().detached();
    }

    @Override
    public void close() throws IOException {
        pump.ifPresent(StdinPump::close);
        sizes.close();
        if (terminal.isPresent()) {
            terminal.get().close();
            terminal = Optional.empty();
        }
        exchange.abort();
    }
}
