package io.gantry.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code image ls|rm|tag|history|pull|push|prune}; the transfer of archives is {@link ImageArchives}. */
final class ImageCommands {
    private static final Listing IMAGES = Listing.of(
            "*formatter.imageContext",
            "Repository=REPOSITORY,Tag=TAG,Digest=DIGEST,ID=IMAGE ID,CreatedSince=CREATED,CreatedAt=CREATED AT,Size=SIZE,"
                    + "Containers=CONTAINERS,SharedSize=SHARED SIZE,UniqueSize=UNIQUE SIZE,VirtualSize=SIZE",
            "Repository,Tag,ID,CreatedSince,Size");
    private static final Listing HISTORY = Listing.of(
            "*image.historyContext",
            "ID=IMAGE,CreatedSince=CREATED,CreatedAt=CREATED AT,CreatedBy=CREATED BY,Size=SIZE,Comment=COMMENT",
            "ID,CreatedSince,CreatedBy,Size,Comment");

    private ImageCommands() {}

    static Command build(String name) {
        return switch (name) {
            case "ls" ->
                Command.of("image ls", "[REPOSITORY[:TAG]]", "List images", 0, 1, """
                                -a, --all | Show all images, intermediate ones too
                                --digests | Show digests
                                -f, --filter filter | Show only what fits (key=value)
                                --format string | table, json, 'table TEMPLATE' or a Go template
                                --no-trunc | Show values in full
                                -q, --quiet | Show IDs only
                                """, ImageCommands::list)
                        .known("image ls", "image list", "images");
            case "rm" ->
                Command.of(
                                "image rm",
                                "IMAGE [IMAGE...]",
                                "Remove one or more images",
                                1,
                                Command.ANY,
                                """
                                -f, --force | Remove even if in use by stopped containers or tagged more than once
                                --no-prune | Keep untagged parents
                                """,
                                ImageCommands::remove)
                        .known("image rm", "image remove", "rmi");
            case "tag" ->
                Command.of(
                                "image tag",
                                "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
                                "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
                                2,
                                2,
                                "",
                                ImageCommands::tag)
                        .known("image tag", "tag");
            case "history" ->
                Command.of("image history", "IMAGE", "Show the history of an image", 1, 1, """
                                --format string | table, json, 'table TEMPLATE' or a Go template
                                -H, --human | Show sizes and dates for people (default true)
                                --no-trunc | Show values in full
                                --platform string | History of this platform of the image
                                -q, --quiet | Show IDs only
                                """, ImageCommands::history)
                        .known("image history", "history");
            case "pull" ->
                Command.of(
                                "image pull",
                                "NAME[:TAG|@DIGEST]",
                                "Download an image from a registry",
                                1,
                                1,
                                """
                                -a, --all-tags | Download all tagged images of the repository
                                --disable-content-trust | Skip image verification (default true)
                                --platform string | Platform of the image
                                -q, --quiet | Show no progress
                                """,
                                ImageCommands::pull)
                        .known("image pull", "pull");
            case "push" ->
                Command.of("image push", "NAME[:TAG]", "Upload an image to a registry", 1, 1, """
                                -a, --all-tags | Push all tags of an image to the repository
                                --disable-content-trust | Skip image signing (default true)
                                -q, --quiet | Show no progress
                                """, ImageCommands::push)
                        .known("image push", "push");
            case "prune" -> Prune.image();
            case "inspect" -> InspectCommand.of("image");
            default -> ImageArchives.build(name);
        };
    }

    private static int list(Invocation flags, Session session) throws IOException {
        List<String> filters = new ArrayList<>(flags.list("filter"));
        if (!flags.arguments().isEmpty()) {
            filters.add("reference=" + flags.argument(0));
        }
        Query query = Filters.add(new Query().flag("all", flags.on("all")), filters);
        List<Json> images = session.api().getJson("/images/json" + query).list();
        String format = flags.text("format");
        boolean full = flags.on("no-trunc");
        boolean digests = flags.on("digests") || format.contains("{{.Digest}}");
        Instant now = Instant.now();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json image : images) {
            for (String[] name : names(image, digests)) {
                rows.add(row(image, name, full, now));
            }
        }
        if (flags.on("quiet") && format.isEmpty()) {
            rows.forEach(row -> session.out().println(row.get("ID")));
            return 0;
        }
        Listing listing = digests ? IMAGES.showing("Repository,Tag,Digest,ID,CreatedSince,Size") : IMAGES;
        listing.print(session.out(), format, rows);
        return 0;
    }

    /** Repository, tag and digest of each line an image has in the list. */
    private static List<String[]> names(Json image, boolean digests) {
        List<String[]> names = new ArrayList<>();
        List<String> references = new ArrayList<>(image.texts("RepoDigests"));
        references.removeIf(reference -> reference.startsWith("<none>@"));
        for (String tag : image.texts("RepoTags")) {
            if (tag.equals("<none>:<none>")) {
                continue;
            }
            ImageName name = ImageName.parse(tag);
            List<String> own = references.stream()
                    .filter(reference -> ImageName.parse(reference).repository().equals(name.repository()))
                    .toList();
            if (own.isEmpty() || !digests) {
                names.add(new String[] {name.repository(), name.tag(), "<none>"});
            } else {
                own.forEach(reference -> names.add(new String[] {
                    name.repository(), name.tag(), ImageName.parse(reference).tag()
                }));
            }
        }
        if (names.isEmpty()) {
            for (String reference : references) {
                ImageName name = ImageName.parse(reference);
                names.add(new String[] {name.repository(), "<none>", name.tag()});
            }
        }
        if (names.isEmpty()) {
            names.add(new String[] {"<none>", "<none>", "<none>"});
        }
        return names;
    }

    private static Map<String, Object> row(Json image, String[] name, boolean full, Instant now) {
        Map<String, Object> row = new LinkedHashMap<>();
        long created = image.number("Created");
        String size = HumanUnits.decimal(image.number("Size"), 3);
        row.put("Repository", name[0]);
        row.put("Tag", name[1]);
        row.put("Digest", name[2]);
        row.put("ID", full ? image.text("Id") : ContainerList.shortId(image.text("Id")));
        row.put("CreatedSince", HumanUnits.span(Duration.between(Instant.ofEpochSecond(created), now)) + " ago");
        row.put("CreatedAt", new ShownTime.Seconds(created));
        row.put("Size", size);
        row.put("Containers", image.number("Containers") < 0 ? "N/A" : image.text("Containers"));
        row.put(
                "SharedSize",
                image.number("SharedSize") < 0 ? "N/A" : HumanUnits.decimal(image.number("SharedSize"), 3));
        row.put("UniqueSize", "N/A");
        row.put("VirtualSize", HumanUnits.decimal(image.number("Size"), 4));
        return row;
    }

    private static int remove(Invocation flags, Session session) throws IOException {
        Query query = new Query().flag("force", flags.on("force")).flag("noprune", flags.on("no-prune"));
        List<String> problems = new ArrayList<>();
        boolean fatal = !flags.on("force");
        for (String image : flags.arguments()) {
            try {
                Json removed = session.api().delete("/images/" + path(image) + query);
                for (Json entry : removed.list()) {
                    String deleted = entry.text("Deleted");
                    session.out()
                            .println(deleted.isEmpty() ? "Untagged: " + entry.text("Untagged") : "Deleted: " + deleted);
                }
            } catch (ApiException e) {
                problems.add(e.getMessage());
                fatal |= e.status() != 404;
            }
        }
        session.out().flush();
        problems.forEach(session.err()::println);
        return fatal && !problems.isEmpty() ? 1 : 0;
    }

    /** An image's name inside a path: its slashes stay, the rest is encoded. */
    static String path(String image) {
        return Query.encode(image).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
    }

    private static int tag(Invocation flags, Session session) throws IOException {
        ImageName target = target(flags.argument(1));
        Query query = new Query().add("repo", target.full()).add("tag", target.tag());
        if (flags.argument(0).isEmpty()) {
            throw badReference("", "invalid reference format");
        }
        session.api()
                .request("POST", "/images/" + path(flags.argument(0)) + "/tag" + query, null)
                .close();
        return 0;
    }

    private static ImageName target(String text) {
        ImageName target;
        try {
            target = ImageName.typed(text);
        } catch (UsageException e) {
            throw badReference(text, e.getMessage());
        }
        if (target.tag().indexOf(':') >= 0) {
            throw new UsageException("refusing to create a tag with a digest reference");
        }
        return target;
    }

    private static UsageException badReference(String text, String why) {
        return new UsageException(
                "Error parsing reference: " + GoQuote.quote(text) + " is not a valid repository/tag: " + why);
    }

    /** RFC 3339 in local time. */
    private record LayerDate(long created) implements TemplateData.Later {
        @Override
        public Object value() {
            return java.time.OffsetDateTime.ofInstant(Instant.ofEpochSecond(created), java.time.ZoneId.systemDefault())
                    .format(java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        }
    }

    private static int history(Invocation flags, Session session) throws IOException {
        boolean full = flags.on("no-trunc");
        boolean human = flags.on("human", true);
        Instant now = Instant.now();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json layer : session.api()
                .getJson("/images/" + path(flags.argument(0)) + "/history"
                        + new Query().optional("platform", Platform.json(flags.text("platform"))))
                .list()) {
            Map<String, Object> row = new LinkedHashMap<>();
            long created = layer.number("Created");
            String id = layer.text("Id");
            String by = layer.text("CreatedBy").replace('\t', ' ');
            row.put("ID", full ? id : ContainerList.shortId(id));
            row.put("CreatedAt", new LayerDate(created));
            row.put(
                    "CreatedSince",
                    human
                            ? HumanUnits.span(Duration.between(Instant.ofEpochSecond(created), now)) + " ago"
                            : new LayerDate(created).value());
            row.put("CreatedBy", full ? by : DisplayWidth.ellipsis(by, 45));
            row.put("Size", human ? HumanUnits.decimal(layer.number("Size"), 3) : layer.text("Size"));
            row.put("Comment", layer.text("Comment"));
            rows.add(row);
        }
        if (flags.on("quiet") && flags.text("format").isEmpty()) {
            rows.forEach(row -> session.out().println(row.get("ID")));
        } else {
            (human ? HISTORY : HISTORY.titled("CreatedSince", "CREATED AT"))
                    .print(session.out(), flags.text("format"), rows);
        }
        return 0;
    }

    private static int pull(Invocation flags, Session session) throws IOException {
        boolean quiet = flags.on("quiet");
        String given = flags.argument(0);
        ImageName name = ImageName.typed(given);
        boolean tagged = given.indexOf('@') >= 0 || given.lastIndexOf(':') > given.lastIndexOf('/');
        if (flags.on("all-tags") && tagged) {
            throw new UsageException("tag can't be used with --all-tags/-a");
        }
        ImageName wanted = flags.on("all-tags") ? new ImageName(name.repository(), "") : name;
        if (!tagged && !quiet && !flags.on("all-tags")) {
            session.out().println("Using default tag: latest");
        }
        session.out().flush();
        ImagePull.pull(
                session,
                wanted,
                Platform.normal(flags.text("platform")),
                quiet ? new java.io.PrintStream(java.io.OutputStream.nullOutputStream()) : session.out());
        session.out().println(wanted.tag().isEmpty() ? wanted.full() : new ImageName(name.full(), name.tag()));
        return 0;
    }

    private static int push(Invocation flags, Session session) throws IOException {
        String given = flags.argument(0);
        ImageName name = ImageName.typed(given);
        boolean tagged = given.lastIndexOf(':') > given.lastIndexOf('/');
        if (flags.on("all-tags") && tagged) {
            throw new UsageException("tag can't be used with --all-tags/-a");
        }
        boolean quiet = flags.on("quiet");
        if (!tagged && !flags.on("all-tags") && !quiet) {
            session.out().println("Using default tag: latest");
            session.out().flush();
        }
        Query query = new Query().optional("tag", flags.on("all-tags") ? "" : name.tag());
        String path = "/images/" + path(name.full()) + "/push" + query;
        try (ApiClient.Exchange exchange =
                session.api().start("POST", path, ImagePull.ANONYMOUS, null).await()) {
            Progress.show(
                    exchange.body(),
                    quiet ? new java.io.PrintStream(java.io.OutputStream.nullOutputStream()) : session.out(),
                    session.terminalOutput());
        }
        if (quiet) {
            session.out().println(flags.on("all-tags") ? name.repository() : name);
        }
        return 0;
    }
}
