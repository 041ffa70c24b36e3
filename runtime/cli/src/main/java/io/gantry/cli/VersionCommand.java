package io.gantry.cli;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code version}. */
final class VersionCommand {
    static final String CLIENT_VERSION = Optional.ofNullable(
                    VersionCommand.class.getPackage().getImplementationVersion())
            .orElse("development");

    private VersionCommand() {}

    static Command command() {
        return Command.of(
                        "version",
                        "",
                        "Show the Gantry version information",
                        0,
                        0,
                        "-f, --format string | json or a Go template",
                        VersionCommand::run)
                .known("version");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        String format = flags.text("format");
        Optional<GoTemplate> template = format.isEmpty() || format.equals("json")
                ? Optional.empty()
                : Optional.of(InspectCommand.parse(format, "version"));
        Optional<CommandException> failure = Optional.empty();
        Json server = Json.NONE;
        String negotiated = ApiClient.NEWEST;
        try {
            negotiated = session.api().version();
            server = session.api().getJson("/version");
        } catch (CommandException e) {
            failure = Optional.of(e);
        }
        Map<String, Object> client = client(negotiated);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Client", client);
        all.put("Server", server.value());
        if (template.isPresent()) {
            render(session, template.get(), all);
        } else if (format.isEmpty()) {
            text(session, client, server, negotiated);
        } else {
            session.out().println(Json.write(all));
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return 0;
    }

    private static void render(Session session, GoTemplate template, Map<String, Object> all) {
        try {
            session.out().println(template.render(TemplateData.of(all)));
        } catch (TemplateException e) {
            session.out().println();
            throw new CommandException(e.getMessage());
        }
    }

    private static Map<String, Object> client(String negotiated) {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("Version", CLIENT_VERSION);
        client.put("ApiVersion", negotiated);
        client.put("DefaultAPIVersion", ApiClient.NEWEST);
        client.put("JavaVersion", System.getProperty("java.version"));
        client.put("Os", "linux");
        client.put("Arch", architecture());
        client.put("Context", "default");
        return client;
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("aarch64") ? "arm64" : name;
    }

    private static void text(Session session, Map<String, Object> client, Json server, String negotiated) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Client:", ""});
        rows.add(new String[] {" Version:", CLIENT_VERSION});
        rows.add(new String[] {
            " API version:",
            negotiated.equals(ApiClient.NEWEST)
                    ? negotiated
                    : negotiated + " (downgraded from " + ApiClient.NEWEST + ")"
        });
        rows.add(new String[] {" Java version:", (String) client.get("JavaVersion")});
        rows.add(new String[] {" OS/Arch:", "linux/" + client.get("Arch")});
        rows.add(new String[] {" Context:", "default"});
        print(session, rows, 20);
        if (!server.exists()) {
            return;
        }
        String platform = server.text("Platform", "Name");
        session.out().println("\nServer:" + (platform.isEmpty() ? "" : " " + platform));
        List<Json> components = server.list("Components");
        for (Json component : components) {
            session.out().println(" " + component.text("Name") + ":");
            List<String[]> lines = new ArrayList<>();
            lines.add(new String[] {"  Version:", component.text("Version")});
            lines.addAll(details(component));
            print(session, lines, 20);
        }
    }

    /** Docker's names and order for what it knows of the engine; other components show what they have. */
    private static List<String[]> details(Json component) {
        List<String[]> lines = new ArrayList<>();
        Map<String, Json> details = component.sorted("Details");
        if (!component.text("Name").equals("Engine")) {
            details.forEach((name, value) -> lines.add(new String[] {"  " + name + ":", value.text()}));
            return lines;
        }
        String minimum = component.text("Details", "MinAPIVersion");
        lines.add(new String[] {
            "  API version:",
            component.text("Details", "ApiVersion") + (minimum.isEmpty() ? "" : " (minimum version " + minimum + ")")
        });
        for (String[] pair : new String[][] {
            {"GoVersion", "Go version"},
            {"JavaVersion", "Java version"},
            {"GitCommit", "Git commit"},
            {"BuildTime", "Built"}
        }) {
            if (details.containsKey(pair[0]) && !details.get(pair[0]).text().isEmpty()) {
                String value = details.get(pair[0]).text();
                lines.add(new String[] {"  " + pair[1] + ":", pair[0].equals("BuildTime") ? built(value) : value});
            }
        }
        lines.add(
                new String[] {"  OS/Arch:", component.text("Details", "Os") + "/" + component.text("Details", "Arch")});
        lines.add(new String[] {"  Experimental:", component.text("Details", "Experimental")});
        return lines;
    }

    /** C's order of date and time; whatever is no time stays as it is. */
    private static String built(String time) {
        try {
            int month = Integer.parseInt(time.substring(5, 7));
            LocalDate date = LocalDate.of(
                    Integer.parseInt(time.substring(0, 4)), month, Integer.parseInt(time.substring(8, 10)));
            int day = date.getDayOfWeek().getValue() * 3;
            return "   MonTueWedThuFriSatSun".substring(day, day + 3)
                    + " "
                    + "   JanFebMarAprMayJunJulAugSepOctNovDec".substring(month * 3, month * 3 + 3)
                    + (date.getDayOfMonth() < 10 ? "  " : " ")
                    + date.getDayOfMonth()
                    + time.substring(10, 19).replace('T', ' ')
                    + " "
                    + date.getYear();
        } catch (NumberFormatException | IndexOutOfBoundsException | java.time.DateTimeException e) {
            return time;
        }
    }

    private static void print(Session session, List<String[]> rows, int column) {
        for (String[] row : rows) {
            session.out()
                    .println(
                            row[1].isEmpty()
                                    ? row[0]
                                    : row[0] + " ".repeat(Math.max(1, column - row[0].length())) + row[1]);
        }
    }
}
