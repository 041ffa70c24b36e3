package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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

    /** As many requests may wait for the daemon at a time. */
    private static final int AT_ONCE = 50;

    /**
     * Sends one request per name, up to fifty under way at a time, and prints the names whose request succeeded, in their order;
     * errors come at the end. A failed request ends with exit code 1, unless {@code tolerated} is its status.
     */
    private static int together(
            List<String> names, Session session, String method, UnaryOperator<String> path, int tolerated)
            throws IOException {
        ApiClient api = session.api();
        List<ApiClient.Exchange> sent = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int code = 0;
        for (int i = 0; i < names.size(); i++) {
            for (int next = sent.size(); next < names.size() && next < i + AT_ONCE; next++) {
                sent.add(api.start(method, path.apply(names.get(next)), Map.of(), null));
            }
            try (ApiClient.Exchange exchange = sent.get(i)) {
                exchange.await().drain();
                session.out().println(names.get(i));
            } catch (ApiException e) {
                problems.add(e.getMessage());
                code = e.status() == tolerated ? code : 1;
            }
        }
        session.out().flush();
        for (String problem : problems) {
            session.err().println(problem);
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
                        """, ContainerLife::restart);
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
        return together(flags.arguments(), session, "POST", name -> "/containers/" + Query.encode(name) + action, 0);
    }

    /** One after the other, as Docker restarts and starts them. */
    private static int restart(Invocation flags, Session session) throws IOException {
        String action = "/restart" + stopQuery(flags, session);
        return each(flags.arguments(), session, name -> {
            session.api()
                    .request("POST", "/containers/" + Query.encode(name) + action, null)
                    .close();
            session.out().println(name);
        });
    }

    private static int stop(Invocation flags, Session session) throws IOException {
        return simple(flags, session, "/stop" + stopQuery(flags, session));
    }

    private static Query stopQuery(Invocation flags, Session session) {
        if (flags.given("time")) {
            session.out().println("Flag --time has been deprecated, use --timeout instead");
        }
        String timeout = flags.given("timeout") ? flags.text("timeout") : flags.text("time");
        return new Query().optional("signal", flags.text("signal")).optional("t", timeout);
    }

    private static int remove(Invocation flags, Session session) throws IOException {
        Query query = new Query()
                .flag("force", flags.on("force"))
                .flag("link", flags.on("link"))
                .flag("v", flags.on("volumes"));
        for (String name : flags.arguments()) {
            if (name.replace("/", "").isEmpty()) {
                throw new UsageException("container name cannot be empty");
            }
        }
        return together(
                flags.arguments(),
                session,
                "DELETE",
                name -> "/containers/" + ImageCommands.path(name.startsWith("/") ? name.substring(1) : name) + query,
                flags.on("force") ? 404 : 0);
    }
}
