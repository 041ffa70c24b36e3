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
        DetachKeys keys = DetachKeys.parse(flags.text("detach-keys"));
        ApiClient.Exchange exchange = api.hijack("/containers/" + id + "/attach" + streams(flags, in), null);
        try (ContainerStreams streams = new ContainerStreams(session, exchange, tty, "/containers/" + id + "/resize")) {
            boolean removed = container.flag("HostConfig", "AutoRemove");
            ApiClient.Exchange waiting = ContainerWait.send(api, id, removed ? "removed" : "next-exit");
            try {
                api.request("POST", "/containers/" + id + "/start", null).close();
                return streamed(flags, session, id, new Streams(streams, tty, in, keys, false), waiting);
            } catch (CommandException e) {
                if (streams.detached()) {
                    return 0;
                }
                throw e;
            } finally {
                waiting.abort();
            }
        }
    }

    private static int attach(Invocation flags, Session session) throws IOException {
        ApiClient api = session.api();
        String container = Query.encode(flags.argument(0));
        // an error of this request is told by the next one
        Optional<ApiClient.Exchange> waiting = asked(api, container);
        try {
            Json inspected = attachable(api, container);
            boolean tty = inspected.flag("Config", "Tty");
            boolean in = !flags.on("no-stdin") && inspected.flag("Config", "OpenStdin");
            ContainerStreams.checkTty(session, in, tty);
            ApiClient.Exchange exchange = api.hijack("/containers/" + container + "/attach" + streams(flags, in), null);
            // it may have stopped meanwhile
            attachable(api, container);
            DetachKeys keys = DetachKeys.parse(flags.text("detach-keys"));
            try (ContainerStreams streams =
                    new ContainerStreams(session, exchange, tty, "/containers/" + container + "/resize")) {
                return streamed(
                        flags, session, container, new Streams(streams, tty, in, keys, true), waiting.orElseThrow());
            }
        } finally {
            waiting.ifPresent(ApiClient.Exchange::abort);
        }
    }

    private static Optional<ApiClient.Exchange> asked(ApiClient api, String container) throws IOException {
        try {
            return Optional.of(ContainerWait.send(api, container, ""));
        } catch (ApiException e) {
            return Optional.empty();
        }
    }

    private static Json attachable(ApiClient api, String container) throws IOException {
        Json inspected = api.getJson("/containers/" + container + "/json");
        if (!inspected.flag("State", "Running")) {
            throw new UsageException("You cannot attach to a stopped container, start it first");
        }
        if (inspected.flag("State", "Paused")) {
            throw new UsageException("You cannot attach to a paused container, unpause it first");
        }
        if (inspected.flag("State", "Restarting")) {
            throw new UsageException("You cannot attach to a restarting container, wait until it is running");
        }
        return inspected;
    }

    private static Query streams(Invocation flags, boolean in) {
        return new Query()
                .flag("stream", true)
                .flag("stdin", in)
                .flag("stdout", true)
                .flag("stderr", true)
                .optional("detachKeys", flags.text("detach-keys"));
    }

    private record Streams(ContainerStreams streams, boolean tty, boolean in, DetachKeys keys, boolean redraw) {}

    private static int streamed(
            Invocation flags, Session session, String container, Streams open, ApiClient.Exchange waiting)
            throws IOException {
        Optional<Signals> signals = flags.on("sig-proxy", true) && !open.tty()
                ? Optional.of(Signals.forward(name -> ContainerWait.kill(session, container, name)))
                : Optional.empty();
        try {
            open.streams().input(open.in(), open.keys());
            Optional<Terminal.Size> size = TerminalSize.now(session, open.tty());
            if (open.redraw()) {
                open.streams().redraw(size);
            }
            open.streams().followSize(size);
            open.streams().copy();
            if (open.streams().detached()) {
                throw new CommandException("read escape sequence");
            }
            return ContainerWait.code(waiting);
        } finally {
            signals.ifPresent(Signals::close);
        }
    }
}
