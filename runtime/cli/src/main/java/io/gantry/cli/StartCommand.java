package io.gantry.cli;

import java.io.IOException;
import java.util.Optional;

/** {@code start} and {@code attach}. */
final class StartCommand {
    private StartCommand() {}

    static Command build(String name) {
        if (name.equals("attach")) {
            return Command.of(
                            "container attach",
                            "CONTAINER",
                            "Attach local standard input, output, and error streams to a running container",
                            1,
                            1,
                            """
                            --detach-keys string | Key sequence that detaches from the container
                            --no-stdin | Do not attach STDIN
                            --sig-proxy | Pass received signals on to the process (default true)
                            """,
                            StartCommand::attach)
                    .known("container attach", "attach");
        }
        return Command.of(
                        "container start",
                        "CONTAINER [CONTAINER...]",
                        "Start one or more stopped containers",
                        1,
                        Command.ANY,
                        """
                        -a, --attach | Attach STDOUT and STDERR and forward signals
                        --detach-keys string | Key sequence that detaches from the container
                        -i, --interactive | Attach the container's STDIN
                        """,
                        StartCommand::start)
                .known("container start", "start");
    }

    private static int start(Invocation flags, Session session) throws IOException {
        if (flags.on("attach") || flags.on("interactive")) {
            if (flags.arguments().size() > 1) {
                throw new UsageException("you cannot start and attach multiple containers at once");
            }
            return startAttached(flags, session);
        }
        int failed = 0;
        StringBuilder names = new StringBuilder();
        for (String container : flags.arguments()) {
            try {
                session.api()
                        .request("POST", "/containers/" + Query.encode(container) + "/start", null)
                        .close();
                session.out().println(container);
            } catch (ApiException e) {
                session.err().println(e.getMessage());
                names.append(failed++ == 0 ? "" : ", ").append(container);
            }
        }
        if (failed > 0) {
            throw new CommandException("Error: failed to start containers: " + names);
        }
        return 0;
    }

    private static int startAttached(Invocation flags, Session session) throws IOException {
        ApiClient api = session.api();
        Json container = api.getJson("/containers/" + Query.encode(flags.argument(0)) + "/json");
        boolean tty = container.flag("Config", "Tty");
        boolean in = flags.on("interactive") && container.flag("Config", "OpenStdin");
        String id = container.text("Id");
        ContainerStreams.checkTty(session, in, tty);
        Query query = new Query()
                .flag("stream", true)
                .flag("stdin", in)
                .flag("stdout", true)
                .flag("stderr", true)
                .optional("detachKeys", flags.text("detach-keys"));
        return session(
                flags,
                session,
                id,
                tty,
                in,
                api.hijack("/containers/" + id + "/attach" + query, null),
                container.flag("HostConfig", "AutoRemove") ? "removed" : "next-exit",
                true);
    }

    private static int attach(Invocation flags, Session session) throws IOException {
        ApiClient api = session.api();
        Json container = api.getJson("/containers/" + Query.encode(flags.argument(0)) + "/json");
        if (!container.flag("State", "Running")) {
            throw new UsageException("cannot attach to a stopped container, start it first");
        }
        if (container.flag("State", "Paused")) {
            throw new UsageException("cannot attach to a paused container, unpause it first");
        }
        if (container.flag("State", "Restarting")) {
            throw new UsageException("cannot attach to a restarting container, wait until it is running");
        }
        boolean tty = container.flag("Config", "Tty");
        boolean in = !flags.on("no-stdin") && container.flag("Config", "OpenStdin");
        ContainerStreams.checkTty(session, in, tty);
        String id = container.text("Id");
        Query query = new Query()
                .flag("stream", true)
                .flag("stdin", in)
                .flag("stdout", true)
                .flag("stderr", true)
                .optional("detachKeys", flags.text("detach-keys"));
        return session(
                flags, session, id, tty, in, api.hijack("/containers/" + id + "/attach" + query, null), "", false);
    }

    private static int session(
            Invocation flags,
            Session session,
            String id,
            boolean tty,
            boolean in,
            ApiClient.Exchange exchange,
            String condition,
            boolean start)
            throws IOException {
        ApiClient api = session.api();
        DetachKeys keys = DetachKeys.parse(flags.text("detach-keys"));
        try (ContainerStreams streams = new ContainerStreams(session, exchange, tty, "/containers/" + id + "/resize")) {
            ApiClient.Exchange waiting = ContainerWait.send(api, id, condition.isEmpty() ? "not-running" : condition);
            Optional<Signals> signals = flags.on("sig-proxy", true) && !tty
                    ? Optional.of(Signals.forward(name -> ContainerWait.kill(session, id, name)))
                    : Optional.empty();
            try {
                if (start) {
                    api.request("POST", "/containers/" + id + "/start", null).close();
                }
                streams.input(in, keys);
                streams.followSize();
                streams.copy();
                if (streams.detached()) {
                    if (!start) {
                        throw new CommandException(1, "read escape sequence");
                    }
                    return 0;
                }
                return ContainerWait.code(waiting);
            } finally {
                signals.ifPresent(Signals::close);
                waiting.abort();
            }
        }
    }
}
