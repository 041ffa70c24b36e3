package io.gantry.cli;

import java.io.IOException;
import java.util.List;

/** {@code stop kill restart pause unpause rm}: one request per container, each failure told, the others still done. */
final class ContainerLife {
    private ContainerLife() {}

    /** What is done to one object. */
    interface Action {
        void on(String name) throws IOException;
    }

    /** Runs the action on each; daemon errors go to standard error as they come, and the exit code is 1 if any did. */
    static int each(List<String> names, Session session, Action action) throws IOException {
        int code = 0;
        for (String name : names) {
            try {
                action.on(name);
            } catch (ApiException e) {
                session.out().flush();
                session.err().println(e.getMessage());
                code = 1;
            }
        }
        return code;
    }

    static Command build(String name) {
        return switch (name) {
            case "stop" -> many(name, "Stop one or more running containers", """
                        -s, --signal string | Signal to send
                        -t, --timeout int | Seconds to wait before killing
                        --time int | Seconds to wait before killing
                        """, ContainerLife::stop);
            case "restart" -> many(name, "Restart one or more containers", """
                        -s, --signal string | Signal to send
                        -t, --timeout int | Seconds to wait before killing
                        --time int | Seconds to wait before killing
                        """, ContainerLife::stop);
            case "kill" ->
                many(
                        name,
                        "Kill one or more running containers",
                        "-s, --signal string | Signal to send",
                        (flags, session) ->
                                simple(flags, session, "/kill" + new Query().optional("signal", flags.text("signal"))));
            case "pause" ->
                many(
                        name,
                        "Pause all processes within one or more containers",
                        "",
                        (flags, session) -> simple(flags, session, "/pause"));
            case "unpause" ->
                many(
                        name,
                        "Unpause all processes within one or more containers",
                        "",
                        (flags, session) -> simple(flags, session, "/unpause"));
            case "rm" -> many(name, "Remove one or more containers", """
                        -f, --force | Remove even if running, by killing it
                        -l, --link | Remove the link of that name
                        -v, --volumes | Remove its anonymous volumes too
                        """, ContainerLife::remove);
            default -> throw new IllegalArgumentException("no command container " + name);
        };
    }

    private static Command many(String name, String summary, String flags, Command.Handler handler) {
        Command command =
                Command.of("container " + name, "CONTAINER [CONTAINER...]", summary, 1, Command.ANY, flags, handler);
        return name.equals("rm")
                ? command.known("container rm", "container remove", "rm")
                : command.known("container " + name, name);
    }

    private static int simple(Invocation flags, Session session, String action) throws IOException {
        return each(flags.arguments(), session, name -> {
            session.api()
                    .request("POST", "/containers/" + Query.encode(name) + action, null)
                    .close();
            session.out().println(name);
        });
    }

    private static int stop(Invocation flags, Session session) throws IOException {
        Query query = new Query().optional("signal", flags.text("signal"));
        String timeout = flags.given("timeout") ? flags.text("timeout") : flags.text("time");
        String verb = flags.command().path().substring("container ".length());
        return simple(flags, session, "/" + verb + query.optional("t", timeout));
    }

    private static int remove(Invocation flags, Session session) throws IOException {
        Query query = new Query()
                .flag("force", flags.on("force"))
                .flag("link", flags.on("link"))
                .flag("v", flags.on("volumes"));
        return each(flags.arguments(), session, name -> {
            String plain = name.startsWith("/") ? name.substring(1) : name;
            if (plain.isEmpty()) {
                throw new UsageException("container name cannot be empty");
            }
            try {
                session.api()
                        .request("DELETE", "/containers/" + Query.encode(plain) + query, null)
                        .close();
            } catch (ApiException e) {
                if (!flags.on("force") || e.status() != 404) {
                    throw e;
                }
                throw e;
            }
            session.out().println(name);
        });
    }
}
