package io.gantry.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** {@code run} and {@code create}. */
final class RunCommand {
    private static final String SYNOPSIS = "IMAGE [COMMAND] [ARG...]";

    private final Invocation flags;
    private final Session session;

    private RunCommand(Invocation flags, Session session) {
        this.flags = flags;
        this.session = session;
    }

    static Command run() {
        return Command.of(
                        "container run",
                        SYNOPSIS,
                        "Create and run a new container from an image",
                        1,
                        Command.ANY,
                        RunFlags.BOTH + RunFlags.RUN,
                        (flags, session) -> new RunCommand(flags, session).runOrExplain())
                .known("container run", "run")
                .takingCommandLine();
    }

    static Command create() {
        return Command.of(
                        "container create",
                        SYNOPSIS,
                        "Create a new container",
                        1,
                        Command.ANY,
                        RunFlags.BOTH,
                        (flags, session) -> new RunCommand(flags, session).createOnly())
                .known("container create", "create")
                .takingCommandLine();
    }

    private int createOnly() throws IOException {
        session.out().println(container(ContainerSpec.of(flags, session.environment())));
        return 0;
    }

    private int runOrExplain() {
        try {
            return attachedOrDetached();
        } catch (UsageException.OfFlag e) {
            throw e;
        } catch (UsageException | IOException e) {
            throw new CommandException(125, explained(Main.describe(e)));
        } catch (CommandException e) {
            if (e.getMessage().equals("the input device is not a TTY")) {
                throw e;
            }
            throw new CommandException(e.code() == 1 ? 125 : e.code(), explained(e.getMessage()));
        }
    }

    private String explained(String reason) {
        return "gantry: " + reason + "\n\nRun 'gantry " + flags.typed() + " --help' for more information";
    }

    private int attachedOrDetached() throws IOException {
        if (flags.on("detach") && flags.given("attach")) {
            throw new UsageException("conflicting options: cannot specify both --attach and --detach");
        }
        Map<String, Object> body = ContainerSpec.of(flags, session.environment());
        boolean in = (boolean) body.get("AttachStdin");
        boolean attached = in || (boolean) body.get("AttachStdout") || (boolean) body.get("AttachStderr");
        if (!flags.on("detach")) {
            ContainerStreams.checkTty(session, in, flags.on("tty"));
        }
        DetachKeys keys = DetachKeys.parse(flags.text("detach-keys"));
        String id = container(body);
        if (!attached) {
            start(id);
            session.out().println(id);
            return 0;
        }
        return attached(id, body, keys);
    }

    private int attached(String id, Map<String, Object> body, DetachKeys keys) throws IOException {
        boolean in = (boolean) body.get("AttachStdin");
        boolean tty = flags.on("tty");
        Query query = new Query().flag("stream", true);
        query.flag("stdin", in)
                .flag("stdout", (boolean) body.get("AttachStdout"))
                .flag("stderr", (boolean) body.get("AttachStderr"))
                .optional("detachKeys", flags.text("detach-keys"));
        ApiClient api = session.api();
        ApiClient.Exchange attach = api.hijack("/containers/" + id + "/attach" + query, null);
        try (ContainerStreams streams = new ContainerStreams(session, attach, tty, "/containers/" + id + "/resize")) {
            // asked before the start, so that no exit is missed; answered when the container ends
            ApiClient.Exchange waiting = ContainerWait.send(api, id, flags.on("rm") ? "removed" : "next-exit");
            // under way while the handlers are made, which takes the JVM some milliseconds
            ApiClient.Exchange starting = api.start("POST", "/containers/" + id + "/start", Map.of(), null);
            Optional<Signals> signals = flags.on("sig-proxy", true)
                    ? Optional.of(Signals.forward(name -> ContainerWait.kill(session, id, name)))
                    : Optional.empty();
            try {
                startWaited(starting, waiting);
                streams.input(in, keys);
                streams.followSize();
                streams.copy();
                return streams.detached() ? 0 : ContainerWait.code(waiting);
            } finally {
                signals.ifPresent(Signals::close);
                waiting.abort();
            }
        }
    }

    private void startWaited(ApiClient.Exchange starting, ApiClient.Exchange waiting) throws IOException {
        try {
            started(starting);
        } catch (CommandException e) {
            if (flags.on("rm")) {
                // the daemon removes it; do not return before
                try {
                    ContainerWait.code(waiting);
                } catch (IOException gone) {
                    // the start's failure is the news
                }
            }
            throw e;
        }
    }

    private void start(String id) throws IOException {
        started(session.api().start("POST", "/containers/" + id + "/start", Map.of(), null));
    }

    private static void started(ApiClient.Exchange starting) throws IOException {
        try (starting) {
            starting.await();
        } catch (ApiException e) {
            throw new CommandException(startCode(e.getMessage()), e.getMessage());
        }
    }

    /** 127 for a command that is not there, 126 for one that cannot be run, else 125. */
    static int startCode(String message) {
        if (message.contains("executable file not found")
                || message.contains("no such file or directory")
                || message.contains("system cannot find the file specified")) {
            return 127;
        }
        return message.contains("permission denied") || message.contains("is a directory") ? 126 : 125;
    }

    private String container(Map<String, Object> body) throws IOException {
        String file = flags.text("cidfile");
        if (!file.isEmpty() && Files.exists(Path.of(file))) {
            throw new UsageException(
                    "container ID file found, make sure the other container isn't running or delete " + file);
        }
        String pull = flags.given("pull") ? flags.text("pull") : "missing";
        switch (pull) {
            case "always" -> pull();
            case "missing", "never" -> {
                // the daemon says whether the image is there
            }
            default ->
                throw new UsageException(
                        "invalid pull option: '" + pull + "': must be one of \"always\", \"missing\" or \"never\"");
        }
        Json created;
        try {
            created = send(body);
        } catch (ApiException e) {
            if (e.status() != 404 || !pull.equals("missing")) {
                throw e;
            }
            String image = ImageName.parse(flags.argument(0)).toString();
            if (!flags.on("quiet")) {
                session.err().println("Unable to find image '" + image + "' locally");
            }
            pull();
            created = send(body);
        }
        for (String warning : created.texts("Warnings")) {
            session.err().println("WARNING: " + warning);
        }
        String id = created.text("Id");
        if (!file.isEmpty()) {
            Files.writeString(Path.of(file), id);
        }
        return id;
    }

    private Json send(Map<String, Object> body) throws IOException {
        Query query = new Query().optional("name", flags.text("name")).optional("platform", flags.text("platform"));
        return session.api().post("/containers/create" + query, body);
    }

    private void pull() throws IOException {
        boolean quiet = flags.on("quiet");
        PrintStream out = quiet ? new PrintStream(java.io.OutputStream.nullOutputStream()) : session.err();
        ImagePull.pull(session, flags.argument(0), flags.text("platform"), out);
    }
}
