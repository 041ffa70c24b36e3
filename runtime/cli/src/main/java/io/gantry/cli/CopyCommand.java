package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** {@code cp}: between a container and the client's files, or a tar stream on standard input or output. */
final class CopyCommand {
    private CopyCommand() {}

    static Command command() {
        return Command.of(
                        "container cp",
                        "CONTAINER:SRC_PATH DEST_PATH|-\n\tgantry cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
                        "Copy files/folders between a container and the local filesystem",
                        2,
                        2,
                        """
                        -a, --archive | Keep owners and groups
                        -L, --follow-link | Follow a symbolic link in the source
                        -q, --quiet | Show no progress
                        """,
                        CopyCommand::run)
                .known("container cp", "cp");
    }

    /** A side of the copy: {@code container} is empty for a local path. */
    private record Place(String container, String path) {
        static Place parse(String text) {
            int colon = text.indexOf(':');
            boolean local = colon < 0 || text.startsWith("/") || text.startsWith("./") || text.startsWith("../");
            return local ? new Place("", text) : new Place(text.substring(0, colon), text.substring(colon + 1));
        }
    }

    private static int run(Invocation flags, Session session) throws IOException {
        if (flags.argument(0).isEmpty()) {
            throw new UsageException("source can not be empty");
        }
        if (flags.argument(1).isEmpty()) {
            throw new UsageException("destination can not be empty");
        }
        Place source = Place.parse(flags.argument(0));
        Place target = Place.parse(flags.argument(1));
        if (!source.container().isEmpty() && !target.container().isEmpty()) {
            throw new UsageException("copying between containers is not supported");
        }
        if (source.container().isEmpty() && target.container().isEmpty()) {
            throw new UsageException("must specify at least one container source");
        }
        if (source.container().isEmpty()) {
            into(flags, session, source.path(), target);
        } else {
            from(flags, session, source, target.path());
        }
        return 0;
    }

    /** What the daemon tells of a path in the container. */
    private static Json stat(Session session, Place place) throws IOException {
        try (ApiClient.Exchange exchange = session.api().start("HEAD", archive(place), Map.of(), null)) {
            try {
                exchange.await();
            } catch (ApiException e) {
                if (e.status() == 404) {
                    return absent(session, place);
                }
                throw e;
            }
            String stat = exchange.header("x-docker-container-path-stat");
            return Json.parse(new String(Base64.getDecoder().decode(stat), StandardCharsets.UTF_8)
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A missing path reads as nothing; a missing container is the daemon's error. */
    private static Json absent(Session session, Place place) throws IOException {
        session.api().getJson("/containers/" + Query.encode(place.container()) + "/json");
        return Json.NONE;
    }

    private static String archive(Place place) {
        return "/containers/" + Query.encode(place.container()) + "/archive" + new Query().add("path", place.path());
    }

    private static boolean directory(Json stat) {
        return (stat.number("mode") >>> 31 & 1) == 1;
    }

    private static void from(Invocation flags, Session session, Place source, String target) throws IOException {
        Place wanted = source;
        Json stat = stat(session, source);
        String link = stat.text("linkTarget");
        if (flags.on("follow-link") && !link.isEmpty()) {
            Path resolved = Path.of(source.path()).resolveSibling(link).normalize();
            wanted = new Place(source.container(), resolved.toString());
            stat = stat(session, wanted);
        }
        if (!stat.exists()) {
            throw new CommandException(
                    1,
                    "Error response from daemon: Could not find the file " + source.path() + " in container "
                            + source.container());
        }
        try (ApiClient.Exchange exchange = session.api().get(archive(wanted))) {
            if (target.equals("-")) {
                StreamCopy.all(exchange.body(), session.out());
                return;
            }
            long size = LocalTree.extract(
                    exchange.body(), source.path(), directory(stat), Path.of(target), target, flags.on("archive"));
            done(flags, session, size, Path.of(target).toAbsolutePath().toString());
        }
    }

    private static void into(Invocation flags, Session session, String source, Place target) throws IOException {
        Json stat = stat(session, target);
        String link = stat.text("linkTarget");
        Place place = target;
        if (!link.isEmpty()) {
            place = new Place(
                    target.container(),
                    Path.of("/")
                            .resolve(target.path())
                            .resolveSibling(link)
                            .normalize()
                            .toString());
            stat = stat(session, place);
        }
        boolean toDirectory = stat.exists() && directory(stat);
        if (source.equals("-")) {
            if (!toDirectory) {
                throw new UsageException(
                        "destination \"" + target.container() + ":" + target.path() + "\" must be a directory");
            }
            put(flags, session, place, session.in());
            return;
        }
        Path local = Path.of(source);
        if (flags.on("follow-link")) {
            local = local.toRealPath();
        }
        if (!Files.exists(local, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException("lstat " + local.toAbsolutePath() + ": no such file or directory");
        }
        boolean fromDirectory = Files.isDirectory(local, LinkOption.NOFOLLOW_LINKS);
        boolean contents = source.endsWith("/.") || source.equals(".");
        Path name = Path.of("/").resolve(place.path()).normalize();
        if (!toDirectory && target.path().endsWith("/") && !fromDirectory) {
            throw new UsageException("no such directory");
        }
        if (stat.exists() && !toDirectory && fromDirectory) {
            throw new UsageException("cannot copy directory");
        }
        Path folder = toDirectory ? name : name.getParent();
        String root = toDirectory
                ? contents
                        ? "."
                        : local.toAbsolutePath().normalize().getFileName().toString()
                : name.getFileName().toString();
        try (LocalTree.Packed packed = LocalTree.pack(local, root, flags.on("archive"))) {
            put(flags, session, new Place(target.container(), folder.toString()), packed.stream());
            done(flags, session, packed.size(), target.container() + ":" + target.path());
        }
    }

    private static void put(Invocation flags, Session session, Place folder, InputStream tar) throws IOException {
        Query query = new Query().add("path", folder.path()).add("noOverwriteDirNonDir", "true");
        query.flag("copyUIDGID", flags.on("archive"));
        String path = "/containers/" + Query.encode(folder.container()) + "/archive" + query;
        session.api()
                .upload("PUT", path, Map.of("Content-Type", "application/x-tar"), tar)
                .close();
    }

    private static void done(Invocation flags, Session session, long size, String where) {
        if (!flags.on("quiet") && session.terminalOutput()) {
            session.err().println("Successfully copied " + HumanUnits.decimal(size, 3) + " to " + where);
        }
    }
}
