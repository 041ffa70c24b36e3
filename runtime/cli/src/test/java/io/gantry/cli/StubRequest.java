package io.gantry.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One request as it arrived. {@code path} is without the version and the query; {@code stdin} grows while a hijacked connection is
 * read, and is complete when the client has ended its half.
 */
record StubRequest(
        String method,
        String version,
        String path,
        String query,
        Map<String, String> headers,
        byte[] body,
        ByteArrayOutputStream stdin) {
    static StubRequest read(InputStream in) throws IOException {
        Optional<String> first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        String[] words = first.get().split(" ");
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in).orElse(""); !line.isEmpty(); line = line(in).orElse("")) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        byte[] body = body(in, headers);
        String target = words[1];
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String version = "";
        if (path.matches("/v\\d+\\.\\d+/.*")) {
            version = path.substring(1, path.indexOf('/', 1));
            path = path.substring(path.indexOf('/', 1));
        }
        return new StubRequest(
                words[0],
                version,
                path,
                mark < 0 ? "" : target.substring(mark + 1),
                headers,
                body,
                new ByteArrayOutputStream());
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line(in).orElse("0").trim(), 16);
                body.write(in.readNBytes(size));
                line(in);
                if (size == 0) {
                    return body.toByteArray();
                }
            }
        }
        return in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private static Optional<String> line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0 && line.size() == 0) {
                return Optional.empty();
            }
            if (b < 0 || b == '\n') {
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
            if (b != '\r') {
                line.write(b);
            }
        }
    }

    /** Method, path and query, the query decoded and in alphabetical order. */
    String line() {
        return method + " " + path + (query.isEmpty() ? "" : "?" + StubQuery.sorted(query));
    }
}
