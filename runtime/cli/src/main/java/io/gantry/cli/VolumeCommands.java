package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code volume …}. */
final class VolumeCommands {
    private static final Listing VOLUMES = Listing.of(
            "*formatter.volumeContext",
            "Driver=DRIVER,Name=VOLUME NAME,Scope=SCOPE,Mountpoint=MOUNTPOINT,Labels=LABELS,Links=LINKS,Size=SIZE,"
                    + "Availability=AVAILABILITY,Group=GROUP,Status=STATUS",
            "Driver,Name");

    private VolumeCommands() {}

    static Command build(String name) {
        return switch (name) {
            case "ls" ->
                Command.of("volume ls", "", "List volumes", 0, 0, """
                                -f, --filter filter | Show only what fits (key=value)
                                --format string | table, json, 'table TEMPLATE' or a Go template
                                -q, --quiet | Show names only
                                """, VolumeCommands::list)
                        .known("volume ls", "volume list");
            case "create" ->
                Command.of("volume create", "[VOLUME]", "Create a volume", 0, 1, """
                                -d, --driver string | Volume driver (default "local")
                                --label list:label | Set a label
                                --name string | Name of the volume
                                -o, --opt map | Option of the volume driver
                                """, VolumeCommands::create)
                        .known("volume create");
            case "rm" ->
                Command.of(
                                "volume rm",
                                "VOLUME [VOLUME...]",
                                "Remove one or more volumes",
                                1,
                                Command.ANY,
                                "-f, --force | Do not fail if the volume does not exist",
                                VolumeCommands::remove)
                        .known("volume rm", "volume remove");
            case "prune" -> Prune.volume();
            default -> InspectCommand.of("volume");
        };
    }

    private static int list(Invocation flags, Session session) throws IOException {
        List<Json> volumes = new ArrayList<>(session.api()
                .getJson("/volumes" + Filters.add(new Query(), flags.list("filter")))
                .list("Volumes"));
        volumes.sort(Comparator.comparing(volume -> volume.text("Name"), new NaturalOrder()));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json volume : volumes) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("Driver", volume.text("Driver"));
            row.put("Name", volume.text("Name"));
            row.put("Scope", volume.text("Scope"));
            row.put("Mountpoint", volume.text("Mountpoint"));
            row.put("Labels", NetworkCommands.labels(volume));
            row.put("Label", new Listing.LabelOf(volume));
            for (String unknown : List.of("Links", "Size", "Availability", "Group", "Status")) {
                row.put(unknown, "N/A");
            }
            rows.add(row);
        }
        if (flags.on("quiet") && flags.text("format").isEmpty()) {
            rows.forEach(row -> session.out().println(row.get("Name")));
        } else {
            VOLUMES.print(session.out(), flags.text("format"), rows);
        }
        return 0;
    }

    private static int create(Invocation flags, Session session) throws IOException {
        String name = flags.arguments().isEmpty() ? flags.text("name") : flags.argument(0);
        if (flags.given("name") && !flags.arguments().isEmpty()) {
            throw new UsageException(
                    "conflicting options: cannot specify a volume-name through both --name and as a positional arg");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("Driver", flags.given("driver") ? flags.text("driver") : "local");
        body.put("DriverOpts", ContainerSpec.pairs(flags.list("opt")));
        body.put("Labels", ContainerSpec.pairs(flags.list("label")));
        body.put("Name", name);
        session.out().println(session.api().post("/volumes/create", body).text("Name"));
        return 0;
    }

    private static int remove(Invocation flags, Session session) throws IOException {
        Query query = new Query().flag("force", flags.on("force"));
        return ContainerLife.each(flags.arguments(), session, name -> {
            session.api().delete("/volumes/" + Query.encode(name) + query);
            session.out().println(name);
        });
    }
}
