package io.gantry.server.api;

import io.gantry.server.http.ApiVersion;
import io.gantry.server.http.Dispatcher;
import io.gantry.server.http.Handler;
import io.gantry.server.http.Handling;
import io.gantry.server.http.HttpError;
import io.gantry.server.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the route for a request, with or without {@code /v1.47} before the path. */
final class Router implements Dispatcher {
    private final List<Route> routes;

    private record Route(String method, PathPattern pattern, Handler handler, boolean hijacks) {}

    private Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** Collects routes; of several that match, the first counts. */
    static final class Builder {
        private final List<Route> routes = new ArrayList<>();

        Builder get(String pattern, Handler handler) {
            return add("GET", pattern, handler);
        }

        Builder head(String pattern, Handler handler) {
            return add("HEAD", pattern, handler);
        }

        Builder post(String pattern, Handler handler) {
            return add("POST", pattern, handler);
        }

        Builder put(String pattern, Handler handler) {
            return add("PUT", pattern, handler);
        }

        Builder delete(String pattern, Handler handler) {
            return add("DELETE", pattern, handler);
        }

        /** A POST that may take the connection over. */
        Builder hijack(String pattern, Handler handler) {
            routes.add(new Route("POST", PathPattern.of(pattern), handler, true));
            return this;
        }

        private Builder add(String method, String pattern, Handler handler) {
            routes.add(new Route(method, PathPattern.of(pattern), handler, false));
            return this;
        }

        Router build() {
            return new Router(routes);
        }
    }

    @Override
    public Handling find(RequestHead head) {
        List<String> path = head.segments();
        Optional<String> prefix = path.stream().findFirst().filter(Router::isVersion);
        if (prefix.isEmpty()) {
            return route(head.method(), path, ApiVersion.NEWEST);
        }
        String text = prefix.get().substring(1);
        Optional<ApiVersion> version = ApiVersion.parse(text);
        if (version.isEmpty()) {
            return error(HttpError.badRequest("invalid API version: " + text));
        }
        if (version.get().compareTo(ApiVersion.NEWEST) > 0) {
            return error(HttpError.badRequest(
                    "client version " + text + " is too new. Maximum supported API version is " + ApiVersion.NEWEST));
        }
        if (version.get().compareTo(ApiVersion.OLDEST) < 0) {
            return error(
                    HttpError.badRequest("client version " + text + " is too old. Minimum supported API version is "
                            + ApiVersion.OLDEST + ", please upgrade your client to a newer version"));
        }
        return route(head.method(), path.subList(1, path.size()), version.get());
    }

    private static boolean isVersion(String part) {
        return part.length() > 1
                && part.charAt(0) == 'v'
                && part.chars().skip(1).allMatch(c -> c == '.' || Character.isDigit(c));
    }

    private Handling route(String method, List<String> path, ApiVersion version) {
        for (Route route : routes) {
            if (route.method().equals(method)) {
                Optional<Map<String, String>> parameters = route.pattern().match(path);
                if (parameters.isPresent()) {
                    return new Handling(route.handler(), parameters.get(), version, route.hijacks());
                }
            }
        }
        return error(new HttpError(404, "page not found"));
    }

    private static Handling error(HttpError error) {
        return new Handling(
                exchange -> {
                    throw error;
                },
                Map.of(),
                ApiVersion.NEWEST,
                false);
    }
}
