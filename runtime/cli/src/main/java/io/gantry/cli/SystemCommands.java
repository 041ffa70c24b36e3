package io.gantry.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code system info|events|df|prune}. */
final class SystemCommands {
    private static final Listing USAGE = Listing.of(
            "*formatter.diskUsageImagesContext",
            "Type=TYPE,TotalCount=TOTAL,Active=ACTIVE,Size=SIZE,Reclaimable=RECLAIMABLE",
            "Type,TotalCount,Active,Size,Reclaimable");

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
                Command.of("system events", "", "Get real time events from the server", 0, 0, """
                                -f, --filter filter | Show only what fits (key=value)
                                --format string | json or a Go template
                                --since string | Show events since a time or for a span
                                --until string | Show events up to a time or a span ago, then end
                                """, EventsCommand::run)
                        .known("system events", "events");
        };
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
