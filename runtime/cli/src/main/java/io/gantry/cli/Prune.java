package io.gantry.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The {@code prune} commands: ask, remove what is unused, say what went and how much room it made. */
final class Prune {
    private Prune() {}

    static Command container() {
        return Command.of(
                        "container prune",
                        "",
                        "Remove all stopped containers",
                        0,
                        0,
                        """
                        --filter filter | Remove only what fits (until=TIME, label=…)
                        -f, --force | Do not ask
                        """,
                        (flags, session) -> simple(
                                flags, session, "WARNING! This will remove all stopped containers.", Prune::containers))
                .known("container prune");
    }

    static Command image() {
        return Command.of(
                        "image prune",
                        "",
                        "Remove unused images",
                        0,
                        0,
                        """
                        -a, --all | Remove all unused images, not only untagged ones
                        --filter filter | Remove only what fits (until=TIME, label=…)
                        -f, --force | Do not ask
                        """,
                        (flags, session) -> simple(
                                flags,
                                session,
                                flags.on("all")
                                        ? "WARNING! This will remove all images without at least one container associated to them."
                                        : "WARNING! This will remove all dangling images.",
                                Prune::images))
                .known("image prune");
    }

    static Command network() {
        return Command.of("network prune", "", "Remove all unused networks", 0, 0, """
                        --filter filter | Remove only what fits (until=TIME, label=…)
                        -f, --force | Do not ask
                        """, (flags, session) -> {
                    if (!asked(
                            flags,
                            session,
                            "WARNING! This will remove all custom networks not used by at least one container.")) {
                        return 0;
                    }
                    networks(flags, session);
                    return 0;
                })
                .known("network prune");
    }

    static Command volume() {
        return Command.of(
                        "volume prune",
                        "",
                        "Remove unused local volumes",
                        0,
                        0,
                        """
                        -a, --all | Remove all unused volumes, not only anonymous ones
                        --filter filter | Remove only what fits (label=…)
                        -f, --force | Do not ask
                        """,
                        (flags, session) -> simple(
                                flags,
                                session,
                                flags.on("all")
                                        ? "WARNING! This will remove all local volumes not used by at least one container."
                                        : "WARNING! This will remove anonymous local volumes not used by at least one container.",
                                Prune::volumes))
                .known("volume prune");
    }

    static Command system() {
        return Command.of("system prune", "", "Remove unused data", 0, 0, """
                        -a, --all | Remove all unused images, not only untagged ones
                        --filter filter | Remove only what fits (until=TIME, label=…)
                        -f, --force | Do not ask
                        --volumes | Remove anonymous volumes too
                        """, Prune::everything)
                .known("system prune");
    }

    /** Removes, prints what went, and gives the bytes freed. */
    private interface Sweep {
        long run(Invocation flags, Session session) throws IOException;
    }

    private static int simple(Invocation flags, Session session, String warning, Sweep sweep) throws IOException {
        if (!asked(flags, session, warning)) {
            return 0;
        }
        long freed = sweep.run(flags, session);
        session.out().println("Total reclaimed space: " + HumanUnits.decimal(freed, 4));
        return 0;
    }

    private static int everything(Invocation flags, Session session) throws IOException {
        for (String filter : flags.list("filter")) {
            if (filter.startsWith("until=") && flags.on("volumes")) {
                throw new UsageException("ERROR: The \"until\" filter is not supported with \"--volumes\"");
            }
        }
        List<String> warning = new ArrayList<>(List.of(
                "WARNING! This will remove:",
                "  - all stopped containers",
                "  - all networks not used by at least one container"));
        if (flags.on("volumes")) {
            warning.add("  - all anonymous volumes not used by at least one container");
        }
        warning.add(
                flags.on("all")
                        ? "  - all images without at least one container associated to them"
                        : "  - all dangling images");
        if (!asked(flags, session, String.join("\n", warning) + "\n")) {
            return 0;
        }
        long freed = containers(flags, session);
        networks(flags, session);
        if (flags.on("volumes")) {
            freed += volumes(flags, session, false);
        }
        freed += images(flags, session);
        session.out().println("Total reclaimed space: " + HumanUnits.decimal(freed, 4));
        return 0;
    }

    private static boolean asked(Invocation flags, Session session, String warning) throws IOException {
        if (flags.on("force")) {
            return true;
        }
        session.out().print(warning + "\nAre you sure you want to continue? [y/N] ");
        session.out().flush();
        String answer = new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8)).readLine();
        boolean yes =
                answer != null && List.of("y", "yes").contains(answer.trim().toLowerCase(Locale.ROOT));
        if (!yes) {
            // no answer is one as well: nothing was asked for, nothing went wrong
            return false;
        }
        return true;
    }

    private static Json post(String path, Map<String, Map<String, Boolean>> more, Invocation flags, Session session)
            throws IOException {
        List<String> filters = new ArrayList<>(flags.list("filter"));
        more.forEach((key, values) -> values.keySet().forEach(value -> filters.add(key + "=" + value)));
        return session.api().post(path + "/prune" + Filters.add(new Query(), filters), null);
    }

    private static long containers(Invocation flags, Session session) throws IOException {
        Json pruned = post("/containers", Map.of(), flags, session);
        list(session, "Deleted Containers:", pruned.texts("ContainersDeleted"));
        return pruned.number("SpaceReclaimed");
    }

    private static void networks(Invocation flags, Session session) throws IOException {
        list(
                session,
                "Deleted Networks:",
                post("/networks", Map.of(), flags, session).texts("NetworksDeleted"));
    }

    private static long volumes(Invocation flags, Session session) throws IOException {
        for (String filter : flags.list("filter")) {
            if (filter.startsWith("all=") && flags.on("all")) {
                throw new UsageException("conflicting options: cannot specify both --all and --filter all=1");
            }
        }
        return volumes(flags, session, flags.on("all"));
    }

    private static long volumes(Invocation flags, Session session, boolean named) throws IOException {
        Map<String, Map<String, Boolean>> more = new LinkedHashMap<>();
        if (named && session.api().speaks("1.42")) {
            more.put("all", Map.of("true", true));
        }
        Json pruned = post("/volumes", more, flags, session);
        list(session, "Deleted Volumes:", pruned.texts("VolumesDeleted"));
        return pruned.number("SpaceReclaimed");
    }

    private static long images(Invocation flags, Session session) throws IOException {
        Json pruned =
                post("/images", Map.of("dangling", Map.of(flags.on("all") ? "false" : "true", true)), flags, session);
        List<String> lines = new ArrayList<>();
        for (Json image : pruned.list("ImagesDeleted")) {
            lines.add(
                    image.text("Untagged").isEmpty()
                            ? "deleted: " + image.text("Deleted")
                            : "untagged: " + image.text("Untagged"));
        }
        list(session, "Deleted Images:", lines);
        return pruned.number("SpaceReclaimed");
    }

    private static void list(Session session, String title, List<String> names) {
        if (!names.isEmpty()) {
            session.out().println(title);
            names.forEach(session.out()::println);
            session.out().println();
        }
    }
}
