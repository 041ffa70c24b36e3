package io.gantry.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code inspect}, for one kind of object or for whatever has the name. */
final class InspectCommand {
    /** A kind of object: what stands before and behind its name in the API's path. */
    private record Kind(String name, String path, String suffix) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("container", "/containers/", "/json"),
            new Kind("image", "/images/", "/json"),
            new Kind("network", "/networks/", ""),
            new Kind("volume", "/volumes/", ""));

    private InspectCommand() {}

    static Command any() {
        return Command.of(
                        "inspect",
                        "NAME|ID [NAME|ID...]",
                        "Return low-level information on Gantry's objects",
                        1,
                        Command.ANY,
                        """
                        -f, --format string | json or a Go template
                        -s, --size | Show sizes, if the object is a container
                        --type string | Only objects of this type (container, image, network, volume)
                        """,
                        InspectCommand::anyKind)
                .known("inspect");
    }

    /** {@code container inspect} and its like. */
    static Command of(String type) {
        String noun = type.toUpperCase(java.util.Locale.ROOT);
        String flags = "-f, --format string | json or a Go template\n"
                + (type.equals("container") ? "-s, --size | Show sizes\n" : "")
                + (type.equals("network") ? "-v, --verbose | Show more\n" : "");
        return Command.of(
                        type + " inspect",
                        noun + " [" + noun + "...]",
                        "Display detailed information on one or more " + type + "s",
                        1,
                        Command.ANY,
                        flags,
                        (given, session) -> show(given, session, kinds(type)))
                .known(type + " inspect");
    }

    private static List<Kind> kinds(String type) {
        return KINDS.stream().filter(kind -> kind.name().equals(type)).toList();
    }

    private static int anyKind(Invocation flags, Session session) throws IOException {
        String type = flags.text("type");
        List<Kind> kinds = flags.given("type") ? kinds(type) : KINDS;
        if (kinds.isEmpty()) {
            throw new UsageException((type.isEmpty() ? "type is empty" : "unknown type: " + GoQuote.quote(type))
                    + ": must be one of \"container\", \"image\", \"network\", \"volume\"");
        }
        return show(flags, session, kinds);
    }

    private static int show(Invocation flags, Session session, List<Kind> kinds) throws IOException {
        String format = flags.text("format");
        Optional<GoTemplate> template =
                format.isEmpty() || format.equals("json") ? Optional.empty() : Optional.of(parse(format, ""));
        List<String> found = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String name : flags.arguments()) {
            try {
                Optional<String> raw = find(name, kinds, flags, session);
                if (raw.isPresent()) {
                    found.add(raw.get());
                } else {
                    problems.add("Error: No such object: " + name);
                }
            } catch (ApiException e) {
                problems.add(e.getMessage());
            }
        }
        if (template.isPresent()) {
            render(session, template.get(), found);
        } else {
            print(session, format, found);
        }
        session.out().flush();
        for (String problem : problems) {
            session.err().println(problem);
        }
        return problems.isEmpty() ? 0 : 1;
    }

    /** A template that cannot be read ends the command with Docker's code for it. */
    static GoTemplate parse(String format, String name) {
        try {
            return GoTemplate.parse(format, name);
        } catch (TemplateException e) {
            throw new CommandException(64, "template parsing error: " + e.getMessage());
        }
    }

    private static Optional<String> find(String name, List<Kind> kinds, Invocation flags, Session session)
            throws IOException {
        for (Kind kind : kinds) {
            Query query = new Query();
            if (kind.name().equals("container")) {
                query.flag("size", flags.on("size"));
            } else if (flags.on("size") && kinds.size() == 1) {
                session.err().println("WARNING: --size ignored for " + kind.name());
            }
            if (flags.on("verbose")) {
                query.add("verbose", "true");
            }
            String path = kind.path() + ImageCommands.path(name) + kind.suffix() + query;
            try (ApiClient.Exchange exchange = session.api().get(path)) {
                return Optional.of(new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8));
            } catch (ApiException e) {
                if (kinds.size() == 1 || (e.status() != 404 && e.status() != 400)) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private static void print(Session session, String format, List<String> found) {
        String all = "[" + String.join(",", found) + "]";
        session.out().println(format.isEmpty() ? Json.indent(all, "    ") : Json.compact(all));
    }

    private static void render(Session session, GoTemplate template, List<String> found) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (String raw : found) {
                text.append(template.render(TemplateData.of(Json.parse(raw.getBytes(StandardCharsets.UTF_8)))))
                        .append('\n');
            }
            session.out().print(text);
        } catch (TemplateException e) {
            session.out().println();
            throw new CommandException("template parsing error: " + e.getMessage());
        }
        if (found.isEmpty()) {
            session.out().println();
        }
    }
}
