package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
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

    /** What the daemon tells of a path in the container; nothing where it tells of none. */
    private static Json stat(Session session, Place place) throws IOException {
        try (ApiClient.Exchange exchange = session.api().start("HEAD", archive(place), Map.of(), null)) {
            return stat(exchange.await());
        } catch (ApiException e) {
            // what is wrong shows when the path is used
            return Json.NONE;
        }
    }

    private static Json stat(ApiClient.Exchange exchange) throws IOException {
        String stat = exchange.header("x-docker-container-path-stat");
        return stat.isEmpty() ? Json.NONE : Json.parse(Base64.getDecoder().decode(stat));
    }

    private static String archive(Place place) {
        return "/containers/" + Query.encode(place.container()) + "/archive" + new Query().add("path", place.path());
    }

    private static boolean directory(Json stat) {
        return (stat.number("mode") >>> 31 & 1) == 1;
    }

    /** Where a symbolic link in the container leads, seen from its root. */
    private static String resolved(String path, String link) {
        return Path.of("/").resolve(path).resolveSibling(link).normalize().toString();
    }

    private static void from(Invocation flags, Session session, Place source, String target) throws IOException {
        if (!target.equals("-")) {
            LocalTree.checkTarget(target);
        }
        Place wanted = source;
        if (flags.on("follow-link")) {
            String link = stat(session, source).text("linkTarget");
            wanted = link.isEmpty() ? source : new Place(source.container(), resolved(source.path(), link));
        }
        try (ApiClient.Exchange exchange = session.api().get(archive(wanted))) {
            if (target.equals("-")) {
                StreamCopy.all(exchange.body(), session.out());
                return;
            }
            long size = LocalTree.extract(
                    exchange.body(),
                    source.path(),
                    directory(stat(exchange)),
                    Path.of(target),
                    target,
                    flags.on("archive"));
            done(flags, session, size, Path.of(target).toAbsolutePath().toString());
        }
    }

    private static void into(Invocation flags, Session session, String source, Place target) throws IOException {
        Json stat = stat(session, target);
        String link = stat.text("linkTarget");
        Place place = target;
        if (!link.isEmpty()) {
            place = new Place(target.container(), resolved(target.path(), link));
            stat = stat(session, place);
        }
        boolean toDirectory = stat.exists() && directory(stat);
        if (source.equals("-")) {
            if (stat.exists() && !toDirectory) {
                throw new UsageException(
                        "destination \"" + target.container() + ":" + target.path() + "\" must be a directory");
            }
            put(flags, session, place, session.in());
            return;
        }
        Path local = Path.of(source);
        if (!Files.exists(local, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException("lstat " + local.toAbsolutePath() + ": no such file or directory");
        }
        if (flags.on("follow-link")) {
            local = local.toRealPath();
        }
        boolean fromDirectory = Files.isDirectory(local, LinkOption.NOFOLLOW_LINKS);
        boolean contents = source.endsWith("/.") || source.equals(".");
        if (!toDirectory && target.path().endsWith("/") && !fromDirectory) {
            throw new UsageException("no such directory");
        }
        if (stat.exists() && !toDirectory && fromDirectory) {
            throw new UsageException("cannot copy directory");
        }
        Path name = Path.of("/").resolve(place.path()).normalize();
        String folder = toDirectory ? place.path() : String.valueOf(name.getParent());
        Path from = local.toAbsolutePath().normalize();
        String root = toDirectory
                ? contents ? "." : from.getFileName().toString()
                : name.getFileName().toString();
        try (LocalTree.Packed packed = LocalTree.pack(from, root, flags.on("archive"))) {
            put(flags, session, new Place(target.container(), folder), packed.stream());
            done(flags, session, packed.size(), target.container() + ":" + target.path());
        }
    }

    private static void put(Invocation flags, Session session, Place folder, InputStream tar) throws IOException {
        Query query = new Query().add("path", folder.path()).add("noOverwriteDirNonDir", "true");
        query.optional("copyUIDGID", flags.on("archive") ? "true" : "");
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
