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
final class StubRequest {
    private final String method;
    private final String version;
    private final String path;
    private final String query;
    private final Map<String, String> headers;
    private final byte[] body;
    private final ByteArrayOutputStream stdin = new ByteArrayOutputStream();

    private StubRequest(
            String method, String version, String path, String query, Map<String, String> headers, byte[] body) {
        this.method = method;
        this.version = version;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
    }

    String method() {
        return method;
    }

    String version() {
        return version;
    }

    String path() {
        return path;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    ByteArrayOutputStream stdin() {
        return stdin;
    }

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
        return new StubRequest(words[0], version, path, mark < 0 ? "" : target.substring(mark + 1), headers, body);
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

    @Override
    public String toString() {
        return line();
    }
}
