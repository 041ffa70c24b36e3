package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** {@code image load|save|import}: archives to and from the daemon. */
final class ImageArchives {
    private static final Map<String, String> TAR = Map.of("Content-Type", "application/x-tar");

    private ImageArchives() {}

    static Command build(String name) {
        return switch (name) {
            case "load" ->
                Command.of(
                                "image load",
                                "",
                                "Load an image from a tar archive or STDIN",
                                0,
                                0,
                                """
                                -i, --input string | Read from this file, not from STDIN
                                --platform string | Load only this platform
                                -q, --quiet | Show no progress
                                """,
                                ImageArchives::load)
                        .known("image load", "load");
            case "save" ->
                Command.of(
                                "image save",
                                "IMAGE [IMAGE...]",
                                "Save one or more images to a tar archive (streamed to STDOUT by default)",
                                1,
                                Command.ANY,
                                """
                                -o, --output string | Write to this file, not to STDOUT
                                --platform string | Save only this platform
                                """,
                                ImageArchives::save)
                        .known("image save", "save");
            default ->
                Command.of(
                                "image import",
                                "file|URL|- [REPOSITORY[:TAG]]",
                                "Import the contents from a tarball to create a filesystem image",
                                1,
                                Command.ANY,
                                """
                                -c, --change list | Apply a Dockerfile instruction to the image
                                -m, --message string | Note in the image's history
                                --platform string | Platform of the image
                                """,
                                ImageArchives::importing)
                        .known("image import", "import");
        };
    }

    private static int load(Invocation flags, Session session) throws IOException {
        Query query = new Query().flag("quiet", flags.on("quiet") || !session.terminalOutput());
        query.optional("platform", Platform.json(flags.text("platform")));
        String file = flags.text("input");
        if (file.isEmpty() && session.terminalInput()) {
            throw new UsageException("requested load from stdin, but stdin is empty");
        }
        try (InputStream in = file.isEmpty() ? session.in() : Files.newInputStream(Path.of(file));
                ApiClient.Exchange exchange = session.api().upload("POST", "/images/load" + query, TAR, in)) {
            if (exchange.header("content-type").startsWith("application/json")) {
                Progress.show(exchange.body(), session.out(), session.terminalOutput());
            } else {
                StreamCopy.raw(exchange.body(), session.out());
            }
        }
        return 0;
    }

    private static int save(Invocation flags, Session session) throws IOException {
        String file = flags.text("output");
        if (file.isEmpty() && session.terminalOutput()) {
            throw new UsageException("cowardly refusing to save to a terminal. Use the -o flag or redirect");
        }
        checkTarget(file, "failed to save image");
        Query query = new Query();
        for (String image : flags.arguments()) {
            query.add("names", image);
        }
        query.optional("platform", Platform.json(flags.text("platform")));
        try (ApiClient.Exchange exchange = session.api().get("/images/get" + query)) {
            store(exchange.body(), file, session);
        }
        return 0;
    }

    /** Refuses a file that cannot be written, before the daemon is asked for what goes into it. */
    static void checkTarget(String file, String what) {
        if (file.isEmpty()) {
            return;
        }
        Path target = Path.of(file).toAbsolutePath();
        if (!Files.isDirectory(target.getParent())) {
            throw new UsageException(
                    what + ": invalid output path: stat " + target.getParent() + ": no such file or directory");
        }
        if (Files.isDirectory(target)) {
            throw new UsageException(what + ": cannot write to a directory");
        }
    }

    /** To standard output, or beside the file and then into its place, so that a failure leaves no half archive. */
    static void store(InputStream body, String file, Session session) throws IOException {
        if (file.isEmpty()) {
            StreamCopy.all(body, session.out());
            return;
        }
        Path target = Path.of(file).toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            try (OutputStream out = Files.newOutputStream(target)) {
                StreamCopy.all(body, out);
            }
            return;
        }
        Path part = Files.createTempFile(target.getParent(), ".gantry-", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                StreamCopy.all(body, out);
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static int importing(Invocation flags, Session session) throws IOException {
        String source = flags.argument(0);
        Query query = new Query();
        boolean url = source.startsWith("http://") || source.startsWith("https://");
        query.add("fromSrc", url ? source : "-");
        if (flags.arguments().size() > 1) {
            ImageName.typed(flags.argument(1));
            // the reference as typed: the daemon splits it, as it does for Docker
            query.add("repo", flags.argument(1));
        }
        query.optional("message", flags.text("message")).optional("platform", flags.text("platform"));
        flags.list("change").forEach(change -> query.add("changes", change));
        String path = "/images/create" + query;
        try (InputStream in = url
                        ? InputStream.nullInputStream()
                        : source.equals("-") ? session.in() : Files.newInputStream(Path.of(source));
                ApiClient.Exchange exchange = session.api().upload("POST", path, TAR, in)) {
            Progress.show(exchange.body(), session.out(), session.terminalOutput());
        }
        return 0;
    }
}
