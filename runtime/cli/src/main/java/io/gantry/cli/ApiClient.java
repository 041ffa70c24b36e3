package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The daemon's API: one negotiated version, idle connections kept for the next request, error bodies turned into
 * {@link ApiException}. One thread uses it at a time; a running {@link Exchange} has a connection of its own.
 */
final class ApiClient implements Closeable {
    /** The newest version of Docker's API that this client knows. */
    static final String NEWEST = "1.50";

    private final Endpoint endpoint;
    private final String version;
    private final Deque<HttpConnection> idle = new ArrayDeque<>();

    private ApiClient(Endpoint endpoint, HttpConnection first, String version) {
        this.endpoint = endpoint;
        this.version = version;
        if (first.reusable()) {
            idle.push(first);
        }
    }

    /** Connects and agrees on a version by {@code HEAD /_ping}. */
    static ApiClient open(Endpoint endpoint) throws IOException {
        HttpConnection connection = new HttpConnection(endpoint.connect());
        try {
            connection.send("HEAD", "/_ping", Map.of(), null);
            HttpConnection.Response pong = connection.receive("HEAD");
            String offered = pong.header("api-version");
            if (pong.status() >= 500 && offered.isEmpty()) {
                throw new IOException("the daemon at " + endpoint + " answered its ping with " + pong.status());
            }
            String version = offered.isEmpty() ? "1.24" : older(offered, NEWEST);
            return new ApiClient(endpoint, connection, version);
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private static String older(String a, String b) {
        return number(a) <= number(b) ? a : b;
    }

    private static int number(String version) {
        int dot = version.indexOf('.');
        try {
            return Integer.parseInt(version.substring(0, dot)) * 1000 + Integer.parseInt(version.substring(dot + 1));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return 1024;
        }
    }

    String version() {
        return version;
    }

    boolean speaks(String minimum) {
        return number(version) >= number(minimum);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** An answer in progress. Closing it hands a drained connection back, and drops any other. */
    final class Exchange implements Closeable {
        private final HttpConnection connection;
        private final String method;
        private HttpConnection.Response response;

        private Exchange(HttpConnection connection, String method) {
            this.connection = connection;
            this.method = method;
        }

        /** Waits for the head of the answer; errors of the daemon are thrown. */
        Exchange await() throws IOException {
            response = connection.receive(method);
            if (response.status() >= 400) {
                throw failure(response);
            }
            return this;
        }

        int status() {
            return response.status();
        }

        String header(String name) {
            return response.header(name);
        }

        InputStream body() {
            return response.body();
        }

        OutputStream output() {
            return connection.rawOutput();
        }

        /** Reads the answer to its end, so that the connection can be used again. */
        void drain() throws IOException {
            response.body().transferTo(OutputStream.nullOutputStream());
        }

        Json json() throws IOException {
            return Json.parse(response.body().readAllBytes());
        }

        /** Ends the exchange from any thread: blocked reads and writes of others fail at once. */
        void abort() {
            try {
                connection.close();
            } catch (IOException e) {
                // the connection is gone either way
            }
        }

        @Override
        public void close() throws IOException {
            if (response != null && connection.reusable()) {
                idle.push(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Sends without waiting for the answer, so that several requests can be under way; call {@link Exchange#await}. */
    Exchange start(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        Exchange exchange = new Exchange(connection(), method);
        exchange.connection.send(method, target(path), headers, body);
        return exchange;
    }

    Exchange request(String method, String path, Object body) throws IOException {
        byte[] bytes = body == null ? null : Json.write(body).getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = body == null ? Map.of() : Map.of("Content-Type", "application/json");
        Exchange exchange = start(method, path, headers, bytes);
        try {
            return exchange.await();
        } catch (IOException e) {
            exchange.close();
            throw e;
        }
    }

    Exchange get(String path) throws IOException {
        return request("GET", path, null);
    }

    Json getJson(String path) throws IOException {
        try (Exchange exchange = get(path)) {
            return exchange.json();
        }
    }

    Json post(String path, Object body) throws IOException {
        try (Exchange exchange = request("POST", path, body)) {
            return exchange.json();
        }
    }

    Json delete(String path) throws IOException {
        try (Exchange exchange = request("DELETE", path, null)) {
            return exchange.json();
        }
    }

    /** Sends a body of unknown length. */
    Exchange upload(String method, String path, Map<String, String> headers, InputStream body) throws IOException {
        Exchange exchange = new Exchange(connection(), method);
        try {
            try {
                exchange.connection.sendStream(method, target(path), headers, body);
            } catch (IOException broken) {
                // a daemon that refuses early has already written why, so its answer is preferred to "broken pipe"
                try {
                    return exchange.await();
                } catch (ApiException refusal) {
                    throw refusal;
                } catch (IOException silent) {
                    throw broken;
                }
            }
            return exchange.await();
        } catch (IOException e) {
            exchange.connection.close();
            throw e;
        }
    }

    /** Takes the connection over as a raw two-way stream (attach, exec start); 101 and 200 are both accepted. */
    Exchange hijack(String path, Object body) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Connection", "Upgrade");
        headers.put("Upgrade", "tcp");
        headers.put("Content-Type", "application/json");
        byte[] bytes = body == null ? new byte[0] : Json.write(body).getBytes(StandardCharsets.UTF_8);
        Exchange exchange = start("POST", path, headers, bytes);
        try {
            return exchange.await();
        } catch (IOException e) {
            exchange.connection.close();
            throw e;
        }
    }

    private HttpConnection connection() throws IOException {
        HttpConnection kept = idle.poll();
        return kept != null ? kept : new HttpConnection(endpoint.connect());
    }

    private String target(String path) {
        return path.startsWith("/gantry/") ? path : "/v" + version + path;
    }

    private static ApiException failure(HttpConnection.Response response) throws IOException {
        String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8).trim();
        String message = body;
        if (response.header("content-type").startsWith("application/json")) {
            try {
                message = Json.parse(body.getBytes(StandardCharsets.UTF_8)).text("message");
            } catch (IOException e) {
                // not what it says it is: shown as it came
            }
        }
        if (message.isEmpty()) {
            message = "the daemon gave status " + response.status() + " and no reason";
        }
        return new ApiException(response.status(), message.trim());
    }

    @Override
    public void close() throws IOException {
        for (HttpConnection connection : idle) {
            connection.close();
        }
    }
}
