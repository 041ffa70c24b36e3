package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.Engine;
import io.gantry.engine.Images.Image;
import io.gantry.engine.Volumes.Volume;
import io.gantry.engine.Volumes.VolumeUsage;
import io.gantry.server.http.ApiVersion;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code docker system df}. */
final class UsageView {
    private final Engine engine;

    UsageView(Engine engine) {
        this.engine = engine;
    }

    /** The kinds of object to tell of; all if none is named. */
    View of(List<String> types, ApiVersion version) {
        Set<String> wanted =
                types.isEmpty() ? Set.of("container", "image", "volume", "build-cache") : Set.copyOf(types);
        List<Container> containers = engine.containers().list();
        List<Image> images = engine.images().list();
        View view = new View();
        if (wanted.contains("image")) {
            view.put("LayersSize", layersSize(images)).put("Images", images(images, containers, version));
        } else {
            view.put("LayersSize", 0).putNull("Images");
        }
        return view.put("Containers", wanted.contains("container") ? containers(containers) : Optional.empty())
                .put("Volumes", wanted.contains("volume") ? volumes() : Optional.empty())
                .put("BuildCache", wanted.contains("build-cache") ? List.of() : Optional.empty());
    }

    /** Layers that images share count once. An image's size is known only as a whole, so that shares are told by equal stacks. */
    private static long layersSize(List<Image> images) {
        Map<List<String>, Long> stacks = new HashMap<>();
        images.forEach(image -> stacks.put(image.diffIds(), image.size()));
        return stacks.values().stream().mapToLong(Long::longValue).sum();
    }

    private static List<View> images(List<Image> images, List<Container> containers, ApiVersion version) {
        return images.stream()
                .map(image -> ImageView.row(image, version)
                        .put("SharedSize", 0)
                        .put(
                                "Containers",
                                containers.stream()
                                        .filter(container -> container.imageId().equals(image.id()))
                                        .count()))
                .toList();
    }

    private List<View> containers(List<Container> containers) {
        Instant now = Instant.now();
        return containers.stream()
                .map(container -> ContainerView.row(
                        container,
                        containers,
                        now,
                        Optional.of(engine.containers().size(container.id()))))
                .toList();
    }

    private List<View> volumes() {
        return engine.volumes().list().stream().map(this::volume).toList();
    }

    private View volume(Volume volume) {
        VolumeUsage usage = engine.volumes().usage(volume.name());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("RefCount", usage.references());
        data.put("Size", usage.bytes().orElse(-1L));
        return VolumeRoutes.view(volume).put("UsageData", data);
    }
}
