package io.gantry.cli;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code system info|events|df|prune}. */
final class SystemCommands {
    private static final Listing USAGE = Listing.of(
            "*formatter.diskUsageImagesContext",
            "Type=TYPE,TotalCount=TOTAL,Active=ACTIVE,Size=SIZE,Reclaimable=RECLAIMABLE",
            "Type,TotalCount,Active,Size,Reclaimable");
    private static final DateTimeFormatter EVENT_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnnxxx", Locale.ROOT);

    private SystemCommands() {}

    static Command build(String name) {
        return switch (name) {
            case "info" -> InfoCommand.command();
            case "prune" -> Prune.system();
            case "df" ->
                Command.of("system df", "", "Show disk usage", 0, 0, """
                                --format string | table, json, 'table TEMPLATE' or a Go template
                                -v, --verbose | Show each object
                                """, SystemCommands::usage)
                        .known("system df");
            default ->
                Command.of(
                                "system events",
                                "",
                                "Get real time events from the server",
                                0,
                                0,
                                """
                                -f, --filter filter | Show only what fits (key=value)
                                --format string | json or a Go template
                                --since string | Show events since a time or for a span
                                --until string | Show events up to a time or a span ago, then end
                                """,
                                SystemCommands::events)
                        .known("system events", "events");
        };
    }

    private static int events(Invocation flags, Session session) throws IOException {
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

    private static int usage(Invocation flags, Session session) throws IOException {
        Json usage = session.api().getJson("/system/df");
        List<Json> containers = usage.list("Containers");
        List<Json> volumes = usage.list("Volumes");
        List<Json> cache = usage.list("BuildCache");
        List<Map<String, Object>> rows = new ArrayList<>();
        rows.add(images(usage));
        rows.add(row(
                "Containers",
                containers.size(),
                containers.stream().filter(SystemCommands::runs).count(),
                containers.stream().mapToLong(each -> each.number("SizeRw")).sum(),
                containers.stream()
                        .filter(each -> !runs(each))
                        .mapToLong(each -> each.number("SizeRw"))
                        .sum(),
                true));
        rows.add(row(
                "Local Volumes",
                volumes.size(),
                volumes.stream()
                        .filter(each -> each.number("UsageData", "RefCount") > 0)
                        .count(),
                volumes.stream()
                        .mapToLong(each -> Math.max(0, each.number("UsageData", "Size")))
                        .sum(),
                volumes.stream()
                        .filter(each -> each.number("UsageData", "RefCount") == 0)
                        .mapToLong(each -> Math.max(0, each.number("UsageData", "Size")))
                        .sum(),
                true));
        rows.add(row(
                "Build Cache",
                cache.size(),
                cache.stream().filter(each -> each.flag("InUse")).count(),
                cache.stream().mapToLong(each -> each.number("Size")).sum(),
                cache.stream()
                        .filter(each -> !each.flag("InUse") && !each.flag("Shared"))
                        .mapToLong(each -> each.number("Size"))
                        .sum(),
                false));
        if (flags.on("verbose")) {
            verbose(session, usage);
            return 0;
        }
        USAGE.print(session.out(), flags.text("format"), rows);
        return 0;
    }

    private static boolean runs(Json container) {
        return Set.of("running", "paused", "restarting").contains(container.text("State"));
    }

    /** What unused images take that no used one shares. */
    private static Map<String, Object> images(Json usage) {
        Set<String> used = new HashSet<>();
        usage.list("Containers").forEach(container -> used.add(container.text("ImageID")));
        long size = usage.number("LayersSize");
        long active = 0;
        long kept = 0;
        for (Json image : usage.list("Images")) {
            if (image.number("Containers") > 0 || used.contains(image.text("Id"))) {
                active++;
                kept += image.number("Size") - Math.max(0, image.number("SharedSize"));
            }
        }
        return row("Images", usage.list("Images").size(), active, size, Math.max(0, size - kept), true);
    }

    private static Map<String, Object> row(
            String type, long count, long active, long size, long reclaimable, boolean percent) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("Type", type);
        row.put("TotalCount", Long.toString(count));
        row.put("Active", Long.toString(active));
        row.put("Size", HumanUnits.decimal(size, 4));
        String share = percent && size > 0 ? " (" + reclaimable * 100 / size + "%)" : "";
        row.put("Reclaimable", HumanUnits.decimal(reclaimable, 4) + share);
        return row;
    }

    private static void verbose(Session session, Json usage) {
        Instant now = Instant.now();
        session.out().println("Images space usage:\n");
        Table images = new Table()
                .row("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS");
        for (Json image : usage.list("Images")) {
            ImageName name =
                    ImageName.parse(image.texts("RepoTags").stream().findFirst().orElse("<none>:<none>"));
            long shared = Math.max(0, image.number("SharedSize"));
            images.row(
                    name.repository(),
                    name.tag(),
                    ContainerList.shortId(image.text("Id")),
                    age(image.number("Created"), now),
                    HumanUnits.decimal(image.number("Size"), 3),
                    HumanUnits.decimal(shared, 4),
                    HumanUnits.decimal(image.number("Size") - shared, 4),
                    Long.toString(image.number("Containers")));
        }
        images.print(session.out());
        session.out().println("\nContainers space usage:\n");
        Table containers = new Table()
                .row("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES");
        for (Json container : usage.list("Containers")) {
            containers.row(
                    ContainerList.shortId(container.text("Id")),
                    container.text("Image"),
                    '"' + DisplayWidth.ellipsis(container.text("Command"), 20) + '"',
                    Integer.toString(container.list("Mounts").size()),
                    HumanUnits.decimal(container.number("SizeRw"), 3),
                    age(container.number("Created"), now),
                    container.text("Status"),
                    String.join(",", container.texts("Names")).replace("/", ""));
        }
        containers.print(session.out());
        session.out().println("\nLocal Volumes space usage:\n");
        Table volumes = new Table().row("VOLUME NAME", "LINKS", "SIZE");
        for (Json volume : usage.list("Volumes")) {
            volumes.row(
                    volume.text("Name"),
                    volume.text("UsageData", "RefCount"),
                    HumanUnits.decimal(volume.number("UsageData", "Size"), 4));
        }
        volumes.print(session.out());
        buildCache(session, usage, now);
    }

    private static void buildCache(Session session, Json usage, Instant now) {
        long size = 0;
        for (Json entry : usage.list("BuildCache")) {
            size += entry.flag("Shared") ? 0 : entry.number("Size");
        }
        session.out().println("\nBuild cache usage: " + HumanUnits.decimal(size, 4) + "\n");
        Table cache = new Table().row("CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "USAGE", "SHARED");
        for (Json entry : usage.list("BuildCache")) {
            cache.row(
                    ContainerList.shortId(entry.text("ID")),
                    entry.text("Type"),
                    HumanUnits.decimal(entry.number("Size"), 3),
                    span(entry.text("CreatedAt"), now),
                    span(entry.text("LastUsedAt"), now),
                    entry.text("UsageCount"),
                    Boolean.toString(entry.flag("Shared")));
        }
        cache.print(session.out());
    }

    private static String span(String time, Instant now) {
        return time.isEmpty() ? "" : HumanUnits.span(Duration.between(Instant.parse(time), now)) + " ago";
    }

    private static String age(long created, Instant now) {
        return HumanUnits.span(Duration.between(Instant.ofEpochSecond(created), now)) + " ago";
    }
}
