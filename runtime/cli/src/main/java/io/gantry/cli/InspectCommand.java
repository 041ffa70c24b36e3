package io.gantry.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code inspect}, for one kind of object or for whatever has the name. */
final class InspectCommand {
    /** A kind of object: its path in the API, and how its absence is told. */
    private record Kind(String name, String path, String absent) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("container", "/containers/%s/json", "Error: No such container: "),
            new Kind("image", "/images/%s/json", "Error: No such image: "),
            new Kind("network", "/networks/%s", "Error: No such network: "),
            new Kind("volume", "/volumes/%s", "Error: No such volume: "));

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
        List<Kind> kinds = type.isEmpty() ? KINDS : kinds(type);
        if (kinds.isEmpty() || (flags.given("type") && type.isEmpty())) {
            throw new UsageException("unknown type: \"" + type
                    + "\": must be one of \"container\", \"image\", \"network\", or \"volume\"");
        }
        return show(flags, session, kinds);
    }

    private static int show(Invocation flags, Session session, List<Kind> kinds) throws IOException {
        List<byte[]> found = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String name : flags.arguments()) {
            try {
                Optional<byte[]> raw = find(name, kinds, flags.on("size"), session);
                raw.ifPresentOrElse(
                        found::add,
                        () -> problems.add(
                                kinds.size() == 1 ? kinds.get(0).absent() + name : "Error: No such object: " + name));
            } catch (ApiException e) {
                problems.add(e.getMessage());
            }
        }
        String format = flags.text("format");
        try {
            print(session, format, found);
        } catch (IllegalArgumentException e) {
            session.out().println();
            throw new CommandException(1, e.getMessage());
        }
        session.out().flush();
        problems.forEach(session.err()::println);
        return problems.isEmpty() ? 0 : 1;
    }

    private static Optional<byte[]> find(String name, List<Kind> kinds, boolean size, Session session)
            throws IOException {
        for (Kind kind : kinds) {
            String query = size && kind.name().equals("container") ? "?size=1" : "";
            try (ApiClient.Exchange exchange =
                    session.api().get(String.format(kind.path(), ImageCommands.path(name)) + query)) {
                return Optional.of(exchange.body().readAllBytes());
            } catch (ApiException e) {
                if (e.status() != 404 && !(kinds.size() > 1 && e.status() == 400)) {
                    throw e;
                }
                if (kinds.size() == 1) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private static void print(Session session, String format, List<byte[]> found) throws IOException {
        if (format.isEmpty()) {
            StringBuilder all = new StringBuilder("[");
            for (byte[] raw : found) {
                all.append(all.length() > 1 ? "," : "").append(new String(raw, StandardCharsets.UTF_8));
            }
            session.out().println(Json.indent(all.append(']').toString(), "    "));
        } else if (format.equals("json")) {
            List<Json> all = new ArrayList<>();
            for (byte[] raw : found) {
                all.add(Json.parse(raw));
            }
            session.out().println(Json.write(all));
        } else {
            GoTemplate template = GoTemplate.parse(Listing.unescape(format));
            for (byte[] raw : found) {
                session.out().println(template.render(Json.parse(raw)));
            }
        }
    }
}
