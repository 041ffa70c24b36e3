package io.gantry.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.Images.Deletion;
import io.gantry.engine.Images.HistoryEntry;
import io.gantry.engine.Images.Image;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.server.http.ApiVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images, listed and inspected. */
final class ImageView {
    private static final ObjectMapper PLAIN = new ObjectMapper();

    private ImageView() {}

    /** A row of {@code docker images}. */
    static View row(Image image, ApiVersion version) {
        return new View()
                .put("Id", image.id())
                .put("ParentId", "")
                .put("RepoTags", image.tags())
                .put("RepoDigests", image.repoDigests())
                .put("Created", image.created().getEpochSecond())
                .put("Size", image.size())
                .put("SharedSize", -1)
                .putIf(!version.atLeast(44), "VirtualSize", image.size())
                .put("Labels", labels(image))
                .put("Containers", -1);
    }

    /** What {@code docker image inspect} shows. */
    static View inspected(Image image, ApiVersion version, String driver, JsonBody json) {
        JsonNode configuration = configuration(image);
        JsonNode config = configuration.path("config");
        return new View()
                .put("Id", image.id())
                .put("RepoTags", image.tags())
                .put("RepoDigests", image.repoDigests())
                .put("Parent", "")
                .put("Comment", comment(configuration))
                .put("Created", image.created().toString())
                .put("DockerVersion", configuration.path("docker_version").asText(""))
                .put("Author", configuration.path("author").asText(""))
                .put("Config", config.isObject() ? json.as(config, ContainerConfig.class) : ContainerConfig.NONE)
                .put("Architecture", image.architecture())
                .putIf(configuration.hasNonNull("variant"), "Variant", configuration.path("variant"))
                .put("Os", image.os())
                .put("Size", image.size())
                .putIf(!version.atLeast(44), "VirtualSize", image.size())
                .put("GraphDriver", new View().put("Data", Map.of()).put("Name", driver))
                .put("RootFS", new View().put("Type", "layers").put("Layers", image.diffIds()))
                .put(
                        "Metadata",
                        new View().put("LastTagTime", image.lastTagged().toString()));
    }

    private static String comment(JsonNode configuration) {
        JsonNode history = configuration.path("history");
        return configuration.hasNonNull("comment")
                ? configuration.path("comment").asText()
                : history.isEmpty()
                        ? ""
                        : history.get(history.size() - 1).path("comment").asText("");
    }

    /** A line of {@code docker history}. */
    static View history(HistoryEntry entry) {
        return new View()
                .put("Id", entry.id())
                .put("Created", entry.created().getEpochSecond())
                .put("CreatedBy", entry.createdBy())
                .put("Tags", Optional.of(entry.tags()).filter(tags -> !tags.isEmpty()))
                .put("Size", entry.size())
                .put("Comment", entry.comment());
    }

    /** What became of images and names. */
    static List<View> deletions(List<Deletion> deletions) {
        return deletions.stream()
                .map(deletion -> {
                    View view = new View();
                    deletion.untagged().ifPresent(name -> view.put("Untagged", name));
                    deletion.deleted().ifPresent(id -> view.put("Deleted", id));
                    return view;
                })
                .toList();
    }

    static Map<String, String> labels(Image image) {
        Map<String, String> labels = new LinkedHashMap<>();
        JsonNode node = configuration(image).path("config").path("Labels");
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            labels.put(member.getKey(), member.getValue().asText());
        }
        return labels;
    }

    private static JsonNode configuration(Image image) {
        try {
            return PLAIN.readTree(image.configJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the configuration of image " + image.id() + " is no JSON", e);
        }
    }
}
