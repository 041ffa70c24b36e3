package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code drivers ls|inspect}: every driver found, usable or not, and why. Gantry's own; Docker has no such list. */
final class DriversCommands {
    private static final Listing DRIVERS = Listing.of(
            "driver",
            "Kind=KIND,Name=NAME,Status=STATUS,Default=DEFAULT,ApiVersion=API,Source=SOURCE,Reason=REASON,Remedy=REMEDY,Priority=PRIORITY",
            "Kind,Name,Status,Default,ApiVersion,Source,Reason");

    private DriversCommands() {}

    static Command build(String name) {
        if (name.equals("ls")) {
            return Command.of(
                            "drivers ls",
                            "",
                            "List drivers, usable or not, and say why",
                            0,
                            0,
                            """
                            --format string | table, json, 'table TEMPLATE' or a Go template
                            --kind string | Only drivers of this kind (storage, network, ipam, volume, firewall)
                            -q, --quiet | Show names only
                            """,
                            DriversCommands::list)
                    .known("drivers ls", "drivers list");
        }
        return Command.of(
                        "drivers inspect",
                        "[KIND/]NAME [[KIND/]NAME...]",
                        "Show all that is known of drivers: features, options, reason and remedy",
                        1,
                        Command.ANY,
                        "-f, --format string | json or a Go template",
                        DriversCommands::inspect)
                .known("drivers inspect");
    }

    private static List<Json> all(Session session) throws IOException {
        return session.api().getJson("/gantry/v1/drivers").list();
    }

    private static int list(Invocation flags, Session session) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json driver : all(session)) {
            if (flags.given("kind") && !driver.text("Kind").equals(flags.text("kind"))) {
                continue;
            }
            Map<String, Object> row = new LinkedHashMap<>();
            for (String field : List.of("Kind", "Name", "Status", "ApiVersion", "Source", "Reason", "Remedy")) {
                row.put(field, driver.text(field));
            }
            row.put("Default", driver.flag("Default") ? "yes" : "");
            row.put("Priority", driver.number("Priority"));
            rows.add(row);
        }
        if (flags.on("quiet") && flags.text("format").isEmpty()) {
            rows.forEach(row -> session.out().println(row.get("Name")));
        } else {
            DRIVERS.print(session.out(), flags.text("format"), rows);
        }
        return 0;
    }

    private static int inspect(Invocation flags, Session session) throws IOException {
        List<Json> all = all(session);
        List<Json> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String wanted : flags.arguments()) {
            List<Json> named = all.stream()
                    .filter(driver -> wanted.equals(driver.text("Name"))
                            || wanted.equals(driver.text("Kind") + "/" + driver.text("Name")))
                    .toList();
            found.addAll(named);
            if (named.isEmpty()) {
                missing.add(wanted);
            }
        }
        String format = flags.text("format");
        if (format.isEmpty() || format.equals("json")) {
            String raw = Json.write(found);
            session.out().println(format.isEmpty() ? Json.indent(raw, "    ") : raw);
        } else {
            GoTemplate template = GoTemplate.parse(format);
            found.forEach(driver -> session.out().println(template.render(TemplateData.of(driver))));
        }
        session.out().flush();
        for (String name : missing) {
            session.err()
                    .println("Error: No such driver: " + name + " (known: "
                            + String.join(
                                    ", ",
                                    all.stream()
                                            .map(driver -> driver.text("Kind") + "/" + driver.text("Name"))
                                            .toList())
                            + ")");
        }
        return missing.isEmpty() ? 0 : 1;
    }
}
