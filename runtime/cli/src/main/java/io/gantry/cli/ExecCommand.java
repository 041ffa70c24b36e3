package io.gantry.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code exec}. */
final class ExecCommand {
    private ExecCommand() {}

    static Command command() {
        return Command.of(
                        "container exec",
                        "CONTAINER COMMAND [ARG...]",
                        "Execute a command in a running container",
                        2,
                        Command.ANY,
                        """
                        -d, --detach | Run the command in the background
                        --detach-keys string | Key sequence that detaches from the command
                        -e, --env list:env | Set an environment variable
                        --env-file list | Read environment variables from a file
                        -i, --interactive | Keep STDIN open even if not attached
                        --privileged | Give the command all privileges
                        -t, --tty | Allocate a pseudo-TTY
                        -u, --user string | User name or ID (name|uid[:group|gid])
                        -w, --workdir string | Working directory inside the container
                        """,
                        ExecCommand::run)
                .known("container exec", "exec")
                .takingCommandLine();
    }

    private static int run(Invocation flags, Session session) throws IOException {
        boolean detach = flags.on("detach");
        boolean tty = flags.on("tty");
        boolean in = flags.on("interactive") && !detach;
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("User", flags.text("user"));
        body.put("Privileged", flags.on("privileged"));
        body.put("Tty", tty);
        body.put("AttachStdin", in);
        body.put("AttachStdout", !detach);
        body.put("AttachStderr", !detach);
        body.put("Detach", detach);
        body.put("DetachKeys", flags.text("detach-keys"));
        body.put("Env", ContainerSpec.variables(flags, session.environment()));
        body.put("WorkingDir", flags.text("workdir"));
        body.put("Cmd", flags.arguments().subList(1, flags.arguments().size()));
        ApiClient api = session.api();
        String container = Query.encode(flags.argument(0));
        // asked first for its error, which is better than the one of a failed exec
        api.getJson("/containers/" + container + "/json");
        if (!detach) {
            ContainerStreams.checkTty(session, in, tty);
        }
        Optional<Terminal.Size> size = TerminalSize.now(session, tty && !detach);
        size.ifPresent(known -> body.put("ConsoleSize", known.asList()));
        String id = api.post("/containers/" + container + "/exec", body).text("Id");
        Map<String, Object> start = new LinkedHashMap<>();
        start.put("Detach", detach);
        start.put("Tty", tty);
        size.ifPresent(known -> start.put("ConsoleSize", known.asList()));
        if (detach) {
            api.request("POST", "/exec/" + id + "/start", start).close();
            return 0;
        }
        ApiClient.Exchange exchange = api.hijack("/exec/" + id + "/start", start);
        try (ContainerStreams streams = new ContainerStreams(session, exchange, tty, "/exec/" + id + "/resize")) {
            streams.input(in, DetachKeys.parse(flags.text("detach-keys")));
            streams.followSize(size);
            streams.copy();
            if (streams.detached()) {
                throw new CommandException("read escape sequence");
            }
        }
        return (int) api.getJson("/exec/" + id + "/json").number("ExitCode");
    }
}
