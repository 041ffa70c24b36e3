package io.gantry.cli;

import java.io.IOException;
import java.util.List;

/**
 * One command. {@code path} is its canonical name below the program ({@code container ls}), {@code aliases} every name it answers
 * to, {@code synopsis} what follows the path in the usage line.
 */
record Command(
        String path,
        List<String> aliases,
        String synopsis,
        String summary,
        int minimum,
        int maximum,
        boolean optionsFirst,
        List<Flag> flags,
        Handler handler) {
    static final int ANY = Integer.MAX_VALUE;

    /** Runs a parsed command and gives the exit code. */
    interface Handler {
        int run(Invocation invocation, Session session) throws IOException;
    }

    static Command of(
            String path, String synopsis, String summary, int minimum, int maximum, String flags, Handler handler) {
        return new Command(path, List.of(), synopsis, summary, minimum, maximum, false, Flag.table(flags), handler);
    }

    /** With the other names it is known by. */
    Command known(String... names) {
        return new Command(path, List.of(names), synopsis, summary, minimum, maximum, optionsFirst, flags, handler);
    }

    /** Flags end at the first argument: what follows belongs to the container's own command. */
    Command takingCommandLine() {
        return new Command(path, aliases, synopsis, summary, minimum, maximum, true, flags, handler);
    }
}
