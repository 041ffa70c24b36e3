package io.gantry.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Runs one case with a {@link Peer} against a stub of its own, and gives what happened in the form of a transcript. */
final class TranscriptRun {
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(Z| \\+0000 UTC)");

    private final Path folder;
    private final List<StubAnswer> world;

    /** {@code folder} is used for the socket and the case's files. */
    TranscriptRun(Path folder, Path world) throws IOException {
        this.folder = folder;
        this.world = Files.readAllLines(world).stream()
                .filter(line -> line.startsWith("@ "))
                .map(line -> StubAnswer.parse(line.substring(2)))
                .toList();
    }

    List<String> run(Transcript.Case each, Peer peer) throws Exception {
        List<StubAnswer> answers = new ArrayList<>();
        each.settings("@").forEach(line -> answers.add(StubAnswer.parse(line)));
        answers.addAll(world);
        Path home = Files.createDirectories(folder.resolve("home"));
        for (String file : each.settings("+")) {
            int space = file.indexOf(' ');
            Path path = home.resolve(space < 0 ? file : file.substring(0, space));
            Files.createDirectories(path.getParent());
            Files.writeString(path, space < 0 ? "" : file.substring(space + 1).replace("\\n", "\n"));
        }
        try (StubDaemon stub = StubDaemon.listen(folder.resolve("s"), answers)) {
            Map<String, String> environment = new LinkedHashMap<>();
            environment.put("DOCKER_HOST", stub.host());
            for (String variable : each.settings("&")) {
                int equals = variable.indexOf('=');
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
            List<String> words = Transcript.words(each.commandLine()).stream()
                    .map(word -> word.replace("$TMP", home.toString()).replace("$SOCK", stub.host()))
                    .toList();
            String stdin = String.join("", each.settings("<")).replace("\\n", "\n");
            Peer.Outcome outcome = peer.run(words, stdin, environment, home);
            List<String> requests = new ArrayList<>();
            for (StubRequest request : stub.requests()) {
                // Docker pings even when it then finds a flag wrong; ApiClientTest looks at the negotiation
                if (!request.path().equals("/_ping")) {
                    requests.add("> " + clean(shown(request), home));
                }
            }
            if (each.settings("%").contains("sorted")) {
                Collections.sort(requests);
            }
            List<String> lines = new ArrayList<>(requests);
            boolean tar = outcome.out().length() > 512 && outcome.out().startsWith("ustar", 257);
            lines(
                    lines,
                    "1",
                    tar
                            ? "tar(" + tar(outcome.out().getBytes(StandardCharsets.UTF_8)) + ")"
                            : clean(outcome.out(), home));
            lines(lines, "2", clean(outcome.err(), home));
            lines.add("= " + outcome.code());
            if (each.settings("%").contains("dates")) {
                lines.replaceAll(line -> DATE.matcher(line).replaceAll("DATE"));
            }
            return lines;
        } finally {
            LocalFolder.delete(home);
        }
    }

    private String clean(String text, Path home) {
        return text.replace(home.toString(), "$TMP")
                .replace("unix://" + folder.resolve("s"), "$SOCK")
                .replace(folder.resolve("s").toString(), "$PATH")
                .replace(Path.of("").toAbsolutePath().toString(), "$CWD")
                .replace(Path.of("").toAbsolutePath().getParent().toString(), "$PARENT")
                .replaceAll("(?m)^ Version:    (28\\.2\\.2|development)$", " Version:    \\$VERSION")
                .replaceAll("(?m)^ Java version: .*$", " Java version: \\$JAVA")
                .replaceAll("(?m)^ OS/Arch: .*$", " OS/Arch: \\$ARCH")
                .replaceAll("0{20,}", "0~0");
    }

    private static void lines(List<String> lines, String mark, String text) {
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            lines.add(mark + (end < 0 ? ":" : "|") + text.substring(from, end < 0 ? text.length() : end));
            from = end < 0 ? text.length() : end + 1;
        }
    }

    private static String shown(StubRequest request) throws IOException {
        StringBuilder shown = new StringBuilder(request.line());
        if (!request.version().equals("v1.50")) {
            shown.append(" version=").append(request.version());
        }
        if (request.headers().containsKey("upgrade")) {
            shown.append(" upgrade=").append(request.headers().get("upgrade"));
        }
        String auth = request.headers().get("x-registry-auth");
        if (auth != null) {
            shown.append(" auth=").append(new String(Base64.getUrlDecoder().decode(auth), StandardCharsets.UTF_8));
        }
        byte[] body = request.body();
        if (body.length > 0) {
            shown.append(' ').append(body(request.headers().getOrDefault("content-type", ""), body));
        }
        if (request.stdin().size() > 0) {
            shown.append(" stdin=")
                    .append(request.stdin().toString(StandardCharsets.UTF_8).replace("\n", "\\n"));
        }
        return shown.toString();
    }

    private static String body(String type, byte[] body) throws IOException {
        if (body.length >= 1024 && new String(body, 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
            return "tar(" + tar(body) + ")";
        }
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.startsWith("{") || type.equals("application/json")) {
            return JsonShape.meaning(Json.parse(body).value());
        }
        return "text(" + text.replace("\n", "\\n") + ")";
    }

    private static String tar(byte[] body) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(body));
        List<String> entries = new ArrayList<>();
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            TarEntry entry = next.get();
            entries.add(entry.name() + " " + entry.type() + " " + Integer.toOctalString(entry.mode() & 07777) + " "
                    + entry.uid() + ":" + entry.gid() + " " + entry.size()
                    + (entry.link().isEmpty() ? "" : " -> " + entry.link()));
        }
        return String.join(", ", entries);
    }
}
