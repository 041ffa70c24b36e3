package io.gantry.cli;

import java.io.IOException;
import java.time.Instant;

/** {@code logs}. */
final class LogsCommand {
    private LogsCommand() {}

    static Command command() {
        return Command.of("container logs", "CONTAINER", "Fetch the logs of a container", 1, 1, """
                        --details | Show the extra details of each line
                        -f, --follow | Follow the output
                        --since string | Show lines since a time (2013-01-02T13:23:37Z) or for a span (42m)
                        -n, --tail string | Number of lines to show from the end (default "all")
                        -t, --timestamps | Show the time of each line
                        --until string | Show lines before a time (2013-01-02T13:23:37Z) or a span ago (42m)
                        """, LogsCommand::run)
                .known("container logs", "logs");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        ApiClient api = session.api();
        Json container = api.getJson("/containers/" + Query.encode(flags.argument(0)) + "/json");
        Instant now = Instant.now();
        Query query = new Query()
                .flag("stdout", true)
                .flag("stderr", true)
                .flag("follow", flags.on("follow"))
                .flag("details", flags.on("details"))
                .flag("timestamps", flags.on("timestamps"))
                .add("tail", flags.given("tail") ? flags.text("tail") : "all")
                .optional("since", time("since", flags, now))
                .optional("until", time("until", flags, now));
        try (ApiClient.Exchange exchange = api.get("/containers/" + container.text("Id") + "/logs" + query)) {
            if (container.flag("Config", "Tty")) {
                StreamCopy.raw(exchange.body(), session.out());
            } else {
                StreamCopy.framed(exchange.body(), session.out(), session.err());
            }
        }
        return 0;
    }

    private static String time(String flag, Invocation flags, Instant now) {
        if (!flags.given(flag)) {
            return "";
        }
        try {
            return Timestamps.epoch(flags.text(flag), now);
        } catch (IllegalArgumentException e) {
            throw new UsageException("invalid value for \"" + flag + "\": " + e.getMessage());
        }
    }
}
