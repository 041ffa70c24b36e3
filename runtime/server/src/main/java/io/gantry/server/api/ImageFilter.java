package io.gantry.server.api;

import io.gantry.engine.Images;
import io.gantry.engine.Images.Image;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/** Which images {@code docker images} shows. */
final class ImageFilter {
    private static final Set<String> KNOWN =
            Set.of("dangling", "label", "label!", "before", "since", "reference", "until");

    private final Images images;
    private final Filters filters;

    private ImageFilter(Images images, Filters filters) {
        this.images = images;
        this.filters = filters;
    }

    static ImageFilter of(Exchange exchange, Images images) {
        return new ImageFilter(images, Filters.of(exchange, KNOWN));
    }

    List<Image> list() {
        Optional<Instant> before = bound("before");
        Optional<Instant> since = bound("since");
        Optional<Instant> until = filters.all("until").stream().findFirst().flatMap(text -> Times.parse("until", text));
        return images.list().stream()
                .filter(image -> before.map(image.created()::isBefore).orElse(true))
                .filter(image -> until.map(image.created()::isBefore).orElse(true))
                .filter(image -> since.map(image.created()::isAfter).orElse(true))
                .filter(image -> !filters.has("dangling")
                        || filters.flag("dangling", false) == image.tags().isEmpty())
                .filter(image -> filters.labels(ImageView.labels(image)))
                .filter(image -> filters.any("reference", wanted -> isNamed(image, wanted)))
                .toList();
    }

    private Optional<Instant> bound(String name) {
        return filters.all(name).stream()
                .findFirst()
                .map(ref -> images.find(ref).created());
    }

    /** Whether a name fits the pattern, with its tag or without. */
    private static boolean isNamed(Image image, String pattern) {
        try {
            var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            return image.tags().stream()
                    .anyMatch(tag -> matcher.matches(Path.of(tag)) || matcher.matches(Path.of(withoutTag(tag))));
        } catch (PatternSyntaxException e) {
            throw new HttpError(400, "invalid filter 'reference=" + pattern + "': " + e.getDescription(), e);
        }
    }

    private static String withoutTag(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }
}
