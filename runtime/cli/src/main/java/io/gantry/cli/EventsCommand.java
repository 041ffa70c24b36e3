package io.gantry.cli;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code system events}. */
final class EventsCommand {
    private static final DateTimeFormatter EVENT_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnnxxx", Locale.ROOT);

    private EventsCommand() {}

    static int run(Invocation flags, Session session) throws IOException {
        String format = flags.text("format");
        Optional<GoTemplate> template = eventTemplate(format);
        Instant now = Instant.now();
        Query query = new Query();
        for (String flag : List.of("since", "until")) {
            if (flags.given(flag)) {
                query.add(flag, Timestamps.epoch(flags.text(flag), now));
            }
        }
        Filters.add(query, flags.list("filter"));
        try (ApiClient.Exchange exchange = session.api().get("/events" + query);
                JsonParser parser = Json.stream(exchange.body())) {
            for (Json event = Json.next(parser); event.exists(); event = Json.next(parser)) {
                session.out()
                        .println(
                                template.isEmpty()
                                        ? line(event)
                                        : template.get().render(eventRow(event)));
                session.out().flush();
            }
        }
        return 0;
    }

    /** The template of a format, tried on an event that has nothing but its fields; empty for the standard line. */
    private static Optional<GoTemplate> eventTemplate(String format) {
        if (format.isEmpty()) {
            return Optional.empty();
        }
        try {
            GoTemplate template = GoTemplate.parse(format.equals("json") ? "{{json .}}" : Listing.template(format));
            template.render(eventRow(new Json(Map.of("Actor", Map.of("ID", "", "Attributes", Map.of())))));
            return Optional.of(template);
        } catch (TemplateException e) {
            throw new CommandException(64, "Error parsing format: " + e.getMessage());
        }
    }

    /** The fields of Docker's event, in its order; some are left out when they are empty. */
    private static Object eventRow(Json event) {
        Map<String, Object> actor = new LinkedHashMap<>();
        actor.put("ID", event.text("Actor", "ID"));
        actor.put("Attributes", event.at("Actor", "Attributes").value());
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Object> json = new LinkedHashMap<>();
        for (String[] names : new String[][] {
            {"Status", "status"},
            {"ID", "id"},
            {"From", "from"},
            {"Type", "Type"},
            {"Action", "Action"},
            {"Actor", "Actor"},
            {"Scope", "scope"},
            {"Time", "time"},
            {"TimeNano", "timeNano"}
        }) {
            Object value = names[1].equals("Actor")
                    ? TemplateData.of(actor)
                    : names[1].startsWith("time") ? (Object) event.number(names[1]) : event.text(names[1]);
            fields.put(names[0], value);
            if (event.at(names[1]).exists()) {
                json.put(names[1], value);
            }
        }
        return new TemplateData.Row("*events.Message", fields, json);
    }

    private static String line(Json event) {
        long nanos = event.number("timeNano");
        Instant time = nanos > 0
                ? Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)
                : Instant.ofEpochSecond(event.number("time"));
        StringBuilder line = new StringBuilder(
                EVENT_TIME.format(time.atZone(ZoneId.systemDefault())).replace("+00:00", "Z"));
        line.append(' ')
                .append(event.text("Type"))
                .append(' ')
                .append(event.text("Action"))
                .append(' ')
                .append(event.text("Actor", "ID"));
        List<String> attributes = new ArrayList<>();
        event.sorted("Actor", "Attributes").forEach((name, value) -> attributes.add(name + "=" + value.text()));
        if (!attributes.isEmpty()) {
            line.append(" (").append(String.join(", ", attributes)).append(')');
        }
        return line.toString();
    }
}
