package io.gantry.cli;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Shows the progress messages of pull, push, load and import: one line per layer on a terminal, else lines as they come. */
final class Progress {
    private final PrintStream out;
    private final boolean terminal;
    private final List<String> ids = new ArrayList<>();

    private Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Reads to the end; an error message in the stream becomes a {@link CommandException}. */
    static void show(InputStream in, PrintStream out, boolean terminal) throws IOException {
        Progress progress = new Progress(out, terminal);
        try (JsonParser parser = Json.stream(in)) {
            for (Json message = Json.next(parser); message.exists(); message = Json.next(parser)) {
                progress.show(message);
            }
        }
        out.flush();
    }

    private void show(Json message) {
        String error =
                message.at("errorDetail").exists() ? message.text("errorDetail", "message") : message.text("error");
        if (!error.isEmpty()) {
            out.flush();
            throw new CommandException(1, error);
        }
        String stream = message.text("stream");
        if (!stream.isEmpty()) {
            out.print(stream);
            return;
        }
        String id = message.text("id");
        String bar = message.text("progress");
        if (!terminal && !bar.isEmpty()) {
            return;
        }
        String status = message.text("status");
        String line = (id.isEmpty() ? "" : id + ": ") + status + (bar.isEmpty() ? "" : " " + bar);
        if (!terminal || id.isEmpty()) {
            if (!line.isEmpty()) {
                out.println(line);
            }
            ids.clear();
            return;
        }
        int at = ids.indexOf(id);
        if (at < 0) {
            ids.add(id);
            out.println(line);
            return;
        }
        int up = ids.size() - at;
        out.print("\033[" + up + "A\033[2K\r" + line + "\033[" + up + "B\r");
        out.flush();
    }
}
