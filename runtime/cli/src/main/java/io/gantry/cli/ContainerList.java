package io.gantry.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code ps}. */
final class ContainerList {
    private static final String FIELDS = "ID=CONTAINER ID,Image=IMAGE,Command=COMMAND,RunningFor=CREATED,Status=STATUS,"
            + "Ports=PORTS,Names=NAMES,Size=SIZE,CreatedAt=CREATED AT,State=STATE,Labels=LABELS,Mounts=MOUNTS,"
            + "LocalVolumes=LOCAL VOLUMES,Networks=NETWORKS,Platform=PLATFORM";
    private static final String TYPE = "*formatter.ContainerContext";
    private static final String STANDARD = "ID,Image,Command,RunningFor,Status,Ports,Names";

    private ContainerList() {}

    static Command command() {
        return Command.of("container ls", "", "List containers", 0, 0, """
                        -a, --all | Show all containers, not only those that run
                        -f, --filter filter | Show only what fits (key=value)
                        --format string | table, json, 'table TEMPLATE' or a Go template
                        -n, --last int | Show the n containers created last, in any state (default -1)
                        -l, --latest | Show the container created last, in any state
                        --no-trunc | Show values in full
                        -q, --quiet | Show IDs only
                        -s, --size | Show sizes
                        """, ContainerList::run)
                .known("container ls", "container list", "container ps", "ps");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        String format = flags.text("format");
        boolean full = flags.on("no-trunc");
        boolean size = flags.on("size") || asksSize(format);
        long last = flags.on("latest") && flags.number("last", -1) == -1 ? 1 : flags.number("last", -1);
        Query query = new Query().flag("all", flags.on("all")).flag("size", size);
        if (last > 0) {
            query.add("limit", last);
        }
        List<Json> containers = session.api()
                .getJson("/containers/json" + Filters.add(query, flags.list("filter")))
                .list();
        if (flags.on("quiet")) {
            if (!format.isEmpty()) {
                session.err().println("WARNING: Ignoring custom format, because both --format and --quiet are set.");
            }
            for (Json container : containers) {
                session.out().println(id(container, full));
            }
            return 0;
        }
        Instant now = Instant.now();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json container : containers) {
            Map<String, Object> row = row(container, full, now);
            if (!format.isEmpty()) {
                addRarities(row, container, full);
            }
            rows.add(row);
        }
        Listing listing = Listing.of(TYPE, FIELDS, flags.on("size") ? STANDARD + ",Size" : STANDARD);
        listing.print(session.out(), format, rows);
        return 0;
    }

    /** Whether a template uses the size, which the daemon must be asked for; a field nobody knows is refused already here. */
    private static boolean asksSize(String format) {
        if (format.isEmpty() || format.equals("table") || format.equals("json")) {
            return false;
        }
        SizeProbe probe = new SizeProbe();
        try {
            GoTemplate template = GoTemplate.parse(Listing.template(format));
            template.render(probe.row());
        } catch (TemplateException e) {
            boolean unknownField = e.getMessage().contains("can't evaluate field");
            if (e.reading() || unknownField) {
                throw new CommandException(
                        (e.reading() ? "failed to parse template: " : "failed to execute template: ") + e.getMessage());
            }
        }
        return probe.asked;
    }

    /** A row of empty texts that notes when its size is looked at. */
    private static final class SizeProbe {
        private boolean asked;

        TemplateData.Row row() {
            TemplateData.Row row = new TemplateData.Row(TYPE);
            for (String field : Listing.of(TYPE, FIELDS, STANDARD).headers().keySet()) {
                row.put(field, "");
            }
            row.put("Label", (TemplateData.Call) arguments -> "");
            row.put("Size", new Object() {
                @Override
                public String toString() {
                    asked = true;
                    return "";
                }
            });
            return row;
        }
    }

    private static String id(Json container, boolean full) {
        return full ? container.text("Id") : shortId(container.text("Id"));
    }

    /** The first twelve digits, without the name of the algorithm. */
    static String shortId(String id) {
        String digits = id.startsWith("sha256:") ? id.substring(7) : id;
        return digits.substring(0, Math.min(12, digits.length()));
    }

    private static Map<String, Object> row(Json container, boolean full, Instant now) {
        Map<String, Object> row = new LinkedHashMap<>();
        long created = container.number("Created");
        row.put("ID", id(container, full));
        row.put("Image", image(container, full));
        row.put(
                "Command",
                GoQuote.quote(full ? container.text("Command") : DisplayWidth.ellipsis(container.text("Command"), 20)));
        row.put("RunningFor", HumanUnits.span(Duration.between(Instant.ofEpochSecond(created), now)) + " ago");
        row.put("Status", container.text("Status"));
        row.put("State", container.text("State"));
        row.put("Ports", PortList.show(container.list("Ports")));
        row.put("Names", names(container, full));
        row.put("Size", size(container));
        return row;
    }

    /** Fields that no standard column shows, and whose making loads much of the JDK (dates above all). */
    private static void addRarities(Map<String, Object> row, Json container, boolean full) {
        row.put("CreatedAt", new ShownTime.Seconds(container.number("Created")));
        row.put("Labels", NetworkCommands.labels(container));
        row.put("Mounts", String.join(",", mounts(container, full)));
        row.put(
                "LocalVolumes",
                Long.toString(container.list("Mounts").stream()
                        .filter(mount -> mount.text("Driver").equals("local"))
                        .count()));
        row.put(
                "Networks",
                String.join(
                        ",", container.members("NetworkSettings", "Networks").keySet()));
        row.put("Platform", new TemplateData.Null("<nil>"));
        row.put("Label", new Listing.LabelOf(container));
    }

    private static String image(Json container, boolean full) {
        String image = container.text("Image");
        if (image.isEmpty()) {
            return "<no image>";
        }
        if (!full) {
            if (shortId(image).equals(shortId(container.text("ImageID")))) {
                return shortId(image);
            }
            int at = image.indexOf('@');
            return at > 0 ? image.substring(0, at) : image;
        }
        return image;
    }

    private static String names(Json container, boolean full) {
        List<String> names = new ArrayList<>();
        for (String name : container.texts("Names")) {
            String plain = name.startsWith("/") ? name.substring(1) : name;
            if (full || plain.indexOf('/') < 0) {
                names.add(plain);
            }
        }
        return String.join(",", names);
    }

    private static List<String> mounts(Json container, boolean full) {
        List<String> mounts = new ArrayList<>();
        for (Json mount : container.list("Mounts")) {
            String name = mount.text("Name").isEmpty() ? mount.text("Source") : mount.text("Name");
            mounts.add(full ? name : DisplayWidth.ellipsis(name, 15));
        }
        return mounts;
    }

    private static String size(Json container) {
        String own = HumanUnits.decimal(container.number("SizeRw"), 3);
        long root = container.number("SizeRootFs");
        return root > 0 ? own + " (virtual " + HumanUnits.decimal(root, 3) + ")" : own;
    }
}
