package io.gantry.cli;

import java.io.IOException;

/** {@code cp diff export commit}. */
final class ContainerFiles {
    private ContainerFiles() {}

    static Command build(String name) {
        return switch (name) {
            case "cp" -> CopyCommand.command();
            case "diff" ->
                Command.of(
                                "container diff",
                                "CONTAINER",
                                "Inspect changes to files or directories on a container's filesystem",
                                1,
                                1,
                                "",
                                ContainerFiles::diff)
                        .known("container diff", "diff");
            case "export" ->
                Command.of(
                                "container export",
                                "CONTAINER",
                                "Export a container's filesystem as a tar archive",
                                1,
                                1,
                                "-o, --output string | Write to this file, not to STDOUT",
                                ContainerFiles::export)
                        .known("container export", "export");
            default ->
                Command.of(
                                "container commit",
                                "CONTAINER [REPOSITORY[:TAG]]",
                                "Create a new image from a container's changes",
                                1,
                                2,
                                """
                                -a, --author string | Author of the image
                                -c, --change list | Apply a Dockerfile instruction to the image
                                -m, --message string | Note in the image's history
                                -p, --pause | Pause the container meanwhile (default true)
                                """,
                                ContainerFiles::commit)
                        .known("container commit", "commit");
        };
    }

    private static int diff(Invocation flags, Session session) throws IOException {
        String[] letters = {"C", "A", "D"};
        for (Json change : session.api()
                .getJson("/containers/" + Query.encode(flags.argument(0)) + "/changes")
                .list()) {
            int kind = (int) change.number("Kind");
            session.out().println((kind >= 0 && kind < 3 ? letters[kind] : "?") + " " + change.text("Path"));
        }
        return 0;
    }

    private static int export(Invocation flags, Session session) throws IOException {
        String file = flags.text("output");
        if (file.isEmpty() && session.terminalOutput()) {
            throw new UsageException("cowardly refusing to save to a terminal. Use the -o flag or redirect");
        }
        ImageArchives.checkTarget(file, "failed to export container");
        try (ApiClient.Exchange exchange =
                session.api().get("/containers/" + Query.encode(flags.argument(0)) + "/export")) {
            ImageArchives.store(exchange.body(), file, session);
        }
        return 0;
    }

    private static int commit(Invocation flags, Session session) throws IOException {
        String repository = "";
        String tag = "";
        if (flags.arguments().size() > 1) {
            ImageName name = ImageName.typed(flags.argument(1));
            if (name.tag().indexOf(':') >= 0) {
                throw new UsageException("refusing to create a tag with a digest reference");
            }
            repository = name.full();
            tag = name.tag();
        }
        Query query = new Query()
                .add("container", flags.argument(0))
                .add("repo", repository)
                .add("tag", tag)
                .add("author", flags.text("author"))
                .add("comment", flags.text("message"));
        for (String change : flags.list("change")) {
            query.add("changes", change);
        }
        if (!flags.on("pause", true)) {
            query.add("pause", "0");
        }
        session.out().println(session.api().post("/commit" + query, null).text("Id"));
        return 0;
    }
}
