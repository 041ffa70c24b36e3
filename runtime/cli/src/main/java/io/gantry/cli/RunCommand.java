package io.gantry.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/** {@code run} and {@code create}. */
final class RunCommand {
    private static final String SYNOPSIS = "IMAGE [COMMAND] [ARG...]";

    private final Invocation flags;
    private final Session session;
    private String platform = "";
    private Optional<Terminal.Size> consoleSize = Optional.empty();

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
        session.out().println(container(spec(), false));
        return 0;
    }

    private int runOrExplain() throws IOException {
        Map<String, Object> body = spec();
        if (flags.on("detach") && flags.given("attach")) {
            throw new UsageException("conflicting options: cannot specify both --attach and --detach");
        }
        if (!flags.on("detach")) {
            ContainerStreams.checkTty(session, (boolean) body.get("AttachStdin"), flags.on("tty"));
        }
        try {
            return createAndStart(body);
        } catch (UsageException | IOException e) {
            throw explained(125, Main.describe(e));
        }
    }

    /** The body; what is wrong with a flag is told with the way to its help, and ends with 125. */
    private Map<String, Object> spec() {
        StringBuilder foreign = new StringBuilder();
        for (String flag : new String[] {"cpu-count", "cpu-percent", "io-maxbandwidth", "io-maxiops"}) {
            if (flags.given(flag)) {
                foreign.append(foreign.length() > 0 ? "\n" : "")
                        .append("\"--")
                        .append(flag)
                        .append(
                                "\" is only supported on a Gantry daemon running on windows, but the Gantry daemon is running on linux");
            }
        }
        if (foreign.length() > 0) {
            throw new UsageException(foreign.toString());
        }
        try {
            pullPolicy();
            consoleSize = TerminalSize.now(session, flags.on("tty"));
            return ContainerSpec.of(flags, session.environment(), session.endpoint(), consoleSize);
        } catch (UsageException.OfFlag e) {
            throw e;
        } catch (UsageException | IOException | IllegalArgumentException e) {
            throw explained(125, Main.describe(e));
        }
    }

    private String pullPolicy() {
        String pull = flags.given("pull") ? flags.text("pull") : "missing";
        return switch (pull) {
            case "always", "missing", "never", "" -> pull;
            default ->
                throw new UsageException(
                        "invalid pull option: '" + pull + "': must be one of \"always\", \"missing\" or \"never\"");
        };
    }

    private CommandException explained(int code, String reason) {
        return new CommandException(
                code, "gantry: " + reason + "\n\nRun 'gantry " + flags.typed() + " --help' for more information");
    }

    private int createAndStart(Map<String, Object> body) throws IOException {
        boolean in = (boolean) body.get("AttachStdin");
        boolean attached = in || (boolean) body.get("AttachStdout") || (boolean) body.get("AttachStderr");
        DetachKeys keys = DetachKeys.parse(flags.text("detach-keys"));
        String id = container(body, true);
        if (!attached) {
            return detached(id);
        }
        return attached(id, body, keys);
    }

    private int detached(String id) throws IOException {
        ApiClient api = session.api();
        session.out().println(id);
        session.out().flush();
        ApiClient.Exchange waiting = ContainerWait.send(api, id, flags.on("rm") ? "removed" : "next-exit");
        try {
            startWaited(api.start("POST", "/containers/" + id + "/start", Map.of(), null), waiting);
            return 0;
        } finally {
            waiting.abort();
        }
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
                streams.followSize(consoleSize);
                streams.copy();
                return streams.detached() ? 0 : ContainerWait.code(waiting);
            } finally {
                signals.ifPresent(Signals::close);
                waiting.abort();
            }
        }
    }

    private void startWaited(ApiClient.Exchange starting, ApiClient.Exchange waiting) throws IOException {
        try (starting) {
            starting.await();
        } catch (ApiException e) {
            if (flags.on("rm")) {
                // the daemon removes it; do not return before
                try {
                    ContainerWait.code(waiting);
                } catch (IOException gone) {
                    // the start's failure is the news
                }
            }
            throw explained(startCode(e.getMessage()), e.getMessage());
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

    private String container(Map<String, Object> body, boolean run) throws IOException {
        try (ContainerIdFile file = ContainerIdFile.create(flags.text("cidfile"))) {
            Json created = created(body);
            for (String warning : created.texts("Warnings")) {
                session.err().println("WARNING: " + warning);
            }
            String id = created.text("Id");
            file.write(id);
            return id;
        } catch (CommandException e) {
            throw run ? explained(125, e.getMessage()) : e;
        }
    }

    private Json created(Map<String, Object> body) throws IOException {
        String pull = pullPolicy();
        Optional<ImageName> image = ImageName.typedOrId(flags.argument(0));
        platform = Platform.normal(flags.text("platform"));
        if (pull.equals("always") && image.isPresent()) {
            pull(image.get());
        }
        try {
            return send(body);
        } catch (ApiException e) {
            if (e.status() != 404 || !pull.equals("missing") || image.isEmpty()) {
                throw e;
            }
            if (!flags.on("quiet")) {
                session.err().println("Unable to find image '" + image.get() + "' locally");
            }
            pull(image.get());
            return send(body);
        }
    }

    private Json send(Map<String, Object> body) throws IOException {
        Query query = new Query().optional("name", flags.text("name")).optional("platform", platform);
        return session.api().post("/containers/create" + query, body);
    }

    private void pull(ImageName image) throws IOException {
        boolean quiet = flags.on("quiet");
        PrintStream out = quiet ? new PrintStream(java.io.OutputStream.nullOutputStream()) : session.err();
        ImagePull.pull(session, image, flags.text("platform"), out);
    }
}
