package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives a container the size of the user's terminal, at the start and whenever it changes. A process that has only just been started
 * may not be there yet, so that the first attempt is repeated for half a second, on a thread of its own.
 */
final class TerminalSize implements Closeable {
    private static final int ATTEMPTS = 10;
    private static final long PAUSE = 10_000_000;

    private final Session session;
    private final String path;
    private Optional<Signals> signals = Optional.empty();

    /** {@code path} is where sizes are posted, {@code /containers/ID/resize} say. */
    TerminalSize(Session session, String path) {
        this.session = session;
        this.path = path;
    }

    /** The size when standard output is a terminal. */
    static Optional<Terminal.Size> now(Session session, boolean tty) {
        return tty && session.terminalOutput() ? Terminal.size() : Optional.empty();
    }

    void follow(Terminal.Size first) {
        signals = Optional.of(Signals.resized(() -> Terminal.size().ifPresent(this::post)));
        Thread thread = new Thread(() -> insist(first), "resize");
        thread.setDaemon(true);
        thread.start();
    }

    /** Another size and then the right one, so that what runs there draws itself anew. */
    void redraw(Terminal.Size size) {
        post(new Terminal.Size(size.rows() + 1, size.columns() + 1));
    }

    private void insist(Terminal.Size size) {
        for (int attempt = 1; attempt <= ATTEMPTS && !post(size); attempt++) {
            LockSupport.parkNanos(attempt * PAUSE);
        }
    }

    private boolean post(Terminal.Size size) {
        if (size.rows() == 0 && size.columns() == 0) {
            return true;
        }
        try (ApiClient other = ApiClient.open(session.endpoint())) {
            other.request("POST", path + new Query().add("h", size.rows()).add("w", size.columns()), null)
                    .close();
            return true;
        } catch (IOException e) {
            // not there yet, or no more
            return false;
        }
    }

    @Override
    public void close() {
        signals.ifPresent(Signals::close);
    }
}
