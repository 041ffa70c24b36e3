package io.gantry.server.api;

import io.gantry.engine.Engine;
import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.engine.Images.Image;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import io.gantry.server.http.Query;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Images. */
final class ImageRoutes {
    private final Engine engine;
    private final Images images;
    private final JsonBody json;

    ImageRoutes(Engine engine, JsonBody json) {
        this.engine = engine;
        this.images = engine.images();
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.get("/images/json", this::list)
                .get("/images/get", exchange -> save(exchange, exchange.query().all("names")))
                .get("/images/search", exchange -> {
                    throw noRegistry("search for images");
                })
                .get("/images/{name...}/get", exchange -> save(exchange, List.of(name(exchange))))
                .get("/images/{name...}/json", this::inspect)
                .get("/images/{name...}/history", this::history)
                .post("/images/load", this::load)
                .post("/images/create", this::create)
                .post("/images/prune", this::prune)
                .post("/images/{name...}/tag", this::tag)
                .post("/images/{name...}/push", exchange -> {
                    throw noRegistry("push " + name(exchange));
                })
                .delete("/images/{name...}", this::remove)
                .get("/distribution/{name...}/json", exchange -> {
                    throw noRegistry("look up " + name(exchange) + " in its registry");
                })
                .post("/commit", exchange -> {
                    throw new HttpError(
                            501, "cannot make an image of a container: this version of Gantry does not do that");
                })
                .post("/build", exchange -> {
                    throw new HttpError(
                            501,
                            "cannot build an image: this version of Gantry has no builder; build it elsewhere and bring it here by docker load");
                })
                .post(
                        "/build/prune",
                        exchange -> json.answer(
                                exchange,
                                200,
                                new View().putNull("CachesDeleted").put("SpaceReclaimed", 0)));
    }

    /** The error of everything that needs a registry. */
    static HttpError noRegistry(String attempted) {
        return new HttpError(
                501,
                "cannot " + attempted
                        + ": this version of Gantry does not talk to registries; bring images here by docker load or docker import");
    }

    private static String name(Exchange exchange) {
        return exchange.parameter("name");
    }

    private void list(Exchange exchange) throws IOException {
        List<View> rows = ImageFilter.of(exchange, images).list().stream()
                .map(image -> ImageView.row(image, exchange.version()))
                .toList();
        json.answer(exchange, 200, rows);
    }

    private void inspect(Exchange exchange) throws IOException {
        Image image = images.find(name(exchange));
        json.answer(
                exchange,
                200,
                ImageView.inspected(image, exchange.version(), engine.info().storageDriver(), json));
    }

    private void history(Exchange exchange) throws IOException {
        json.answer(
                exchange,
                200,
                images.history(name(exchange)).stream().map(ImageView::history).toList());
    }

    private void load(Exchange exchange) throws IOException {
        ProgressStream progress = new ProgressStream(exchange, json);
        try {
            images.load(exchange.body(), line -> progress.line(new View().put("stream", line + "\n")));
        } catch (EngineException | DriverException e) {
            progress.failed(e.getMessage());
            return;
        }
        progress.close();
    }

    private void create(Exchange exchange) throws IOException {
        Query query = exchange.query();
        String source = query.text("fromSrc");
        if (query.has("fromImage") || source.isEmpty()) {
            throw noRegistry("pull " + query.text("fromImage"));
        }
        if (!source.equals("-")) {
            throw new HttpError(
                    501,
                    "cannot import " + source
                            + ": this version of Gantry fetches no files; fetch it yourself and pipe it into docker import -");
        }
        ProgressStream progress = new ProgressStream(exchange, json);
        try {
            String id = images.importRootFs(
                    exchange.body(),
                    reference(query),
                    query.text("message"),
                    query.all("changes"),
                    query.given("platform"));
            progress.line(new View().put("status", id));
        } catch (EngineException | DriverException e) {
            if (exchange.isAnswered()) {
                progress.failed(e.getMessage());
                return;
            }
            throw e;
        }
        progress.close();
    }

    private static Optional<String> reference(Query query) {
        String tag = query.text("tag");
        return query.given("repo").map(repo -> tag.isEmpty() ? repo : repo + ":" + tag);
    }

    private void tag(Exchange exchange) {
        Query query = exchange.query();
        images.tag(name(exchange), query.text("repo"), query.text("tag"));
        exchange.respond(201);
    }

    private void remove(Exchange exchange) throws IOException {
        String name = name(exchange);
        if (name.isBlank()) {
            throw HttpError.badRequest("image name cannot be blank");
        }
        List<Images.Deletion> done = images.remove(
                name, exchange.query().flag("force"), exchange.query().flag("noprune"));
        json.answer(exchange, 200, ImageView.deletions(done));
    }

    private void prune(Exchange exchange) throws IOException {
        Filters filters = Filters.of(exchange, Set.of("dangling", "label", "label!", "until"));
        long before = bytes();
        List<Images.Deletion> done = images.prune(filters.flag("dangling", true), filters.asMap());
        json.answer(
                exchange,
                200,
                new View()
                        .put(
                                "ImagesDeleted",
                                Optional.of(ImageView.deletions(done)).filter(list -> !list.isEmpty()))
                        .put("SpaceReclaimed", Math.max(0, before - bytes())));
    }

    private long bytes() {
        return images.list().stream().mapToLong(Image::size).sum();
    }

    private void save(Exchange exchange, List<String> names) throws IOException {
        if (names.isEmpty()) {
            throw HttpError.badRequest("no images named: give names");
        }
        TarAnswer.send(exchange, out -> images.save(names, out));
    }
}
