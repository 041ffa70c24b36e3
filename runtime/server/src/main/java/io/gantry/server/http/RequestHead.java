package io.gantry.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A request without its body.
 *
 * @param method such as {@code GET}
 * @param path decoded, with its leading slash
 * @param query its parameters
 * @param headers its headers
 */
public record RequestHead(String method, String path, Query query, HttpHeaders headers) {
    private static final int MAX_PARAMETERS = 10_000;

    /** @throws IllegalArgumentException if an escape in the target is malformed */
    static RequestHead of(HttpRequest request) {
        QueryStringDecoder decoder =
                new QueryStringDecoder(target(request.uri()), StandardCharsets.UTF_8, true, MAX_PARAMETERS, true);
        return new RequestHead(
                request.method().name(), decoder.path(), new Query(decoder.parameters()), request.headers());
    }

    /** Proxies' clients send a whole URL. */
    private static String target(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int scheme = uri.indexOf("://");
        int path = scheme < 0 ? -1 : uri.indexOf('/', scheme + 3);
        return path < 0 ? "/" + uri : uri.substring(path);
    }

    /** A header's first value. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The path's parts between slashes, empty ones left out. */
    public List<String> segments() {
        return List.of(path.split("/")).stream().filter(part -> !part.isEmpty()).toList();
    }
}
