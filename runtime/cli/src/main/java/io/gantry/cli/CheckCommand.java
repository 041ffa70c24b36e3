package io.gantry.cli;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code check}: whether layers, images and containers are what the records say. Gantry's own. */
final class CheckCommand {
    private static final String FIELDS =
            "Driver=DRIVER,Kind=KIND,Layer=LAYER,Detail=DETAIL,Remedy=REMEDY,Outcome=OUTCOME";
    private static final int SHORT_ID = 12;
    private static final int LONG_ID = 64;

    private CheckCommand() {}

    static Command command() {
        return Command.of(
                        "check",
                        "",
                        "Check the layers of all storage drivers and the content of images",
                        0,
                        0,
                        """
                        --driver string | Only this storage driver
                        --format string | table, json, 'table TEMPLATE' or a Go template
                        --no-trunc | Do not shorten ids
                        --quick | Do not read contents through and compare them
                        --repair | Mend what is found; what containers have written is never touched
                        """,
                        CheckCommand::check)
                .known("check");
    }

    private static int check(Invocation flags, Session session) throws IOException {
        Query query = new Query()
                .optional("driver", flags.text("driver"))
                .optional("quick", flags.on("quick") ? "1" : "")
                .optional("repair", flags.on("repair") ? "1" : "");
        Json result = Json.NONE;
        try (ApiClient.Exchange exchange = session.api()
                        .start("POST", "/gantry/v1/check" + query, Map.of(), null)
                        .await();
                JsonParser parser = Json.stream(exchange.body())) {
            for (Json message = Json.next(parser); message.exists(); message = Json.next(parser)) {
                if (!message.text("error").isEmpty()) {
                    throw new CommandException(1, message.text("error"));
                }
                if (message.at("Faults").exists()) {
                    result = message;
                } else if (session.terminalOutput()) {
                    session.err().print("\r\033[2K" + message.text("status"));
                }
            }
        }
        if (session.terminalOutput()) {
            session.err().print("\r\033[2K");
        }
        show(result, flags, session);
        return result.flag("Clean") ? 0 : 1;
    }

    private static void show(Json result, Invocation flags, Session session) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json fault : result.at("Faults").list()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("Driver", fault.text("Driver").isEmpty() ? "-" : fault.text("Driver"));
            row.put("Kind", fault.text("Kind"));
            row.put("Layer", shown(fault.text("Layer"), flags.on("no-trunc")));
            row.put("Detail", fault.text("Detail"));
            row.put("Remedy", fault.text("Remedy"));
            row.put("Outcome", fault.text("Outcome"));
            rows.add(row);
        }
        String columns =
                flags.on("repair") ? "Driver,Kind,Layer,Detail,Outcome,Remedy" : "Driver,Kind,Layer,Detail,Remedy";
        Listing listing = Listing.of("fault", FIELDS, columns);
        String format = flags.text("format");
        if (!format.isEmpty() || !rows.isEmpty()) {
            listing.titled("Remedy", flags.on("repair") ? "DONE" : "REMEDY").print(session.out(), format, rows);
        }
        if (format.isEmpty()) {
            for (Json driver : result.at("Drivers").list()) {
                session.out().println(summary(driver, result));
            }
        }
    }

    private static String shown(String layer, boolean whole) {
        return layer.isEmpty() ? "-" : whole || layer.length() < LONG_ID ? layer : layer.substring(0, SHORT_ID);
    }

    private static String summary(Json driver, Json result) {
        String name = driver.text("Driver");
        if (!driver.text("Problem").isEmpty()) {
            return name + ": not checked: " + driver.text("Problem");
        }
        long faults = 0;
        for (Json fault : result.at("Faults").list()) {
            faults += fault.text("Driver").equals(name) ? 1 : 0;
        }
        long layers = driver.number("Layers");
        return name + ": " + layers + (layers == 1 ? " layer, " : " layers, ")
                + (faults == 0 ? "no fault" : faults == 1 ? "1 fault" : faults + " faults");
    }
}
