package io.gantry.engine.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.image.ContainerDefaults;
import io.gantry.image.Digest;
import io.gantry.image.History;
import io.gantry.image.ImageConfig;
import io.gantry.image.Platform;
import io.gantry.image.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Archives as {@code docker save} writes them. */
public final class DockerArchives {
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final List<String> items = new ArrayList<>();

    /** An image with a layer for each text, holding a file of that content; its id. */
    String add(String command, Instant created, List<String> layers, String... tags) {
        return add(command, created, layers.stream().map(DockerArchives::layer).toList(), layers, tags);
    }

    /** An image of these layers; its id. */
    public String addTars(String command, Instant created, List<byte[]> tars, String... tags) {
        return add(
                command,
                created,
                tars,
                tars.stream().map(tar -> Digest.of(tar).hex()).toList(),
                tags);
    }

    private String add(String command, Instant created, List<byte[]> tars, List<String> names, String... tags) {
        ContainerDefaults defaults = ContainerDefaults.none().with(List.of(), List.of(command));
        List<History> history = new ArrayList<>();
        history.add(new History(Optional.of(created), "FROM", "", "", true));
        names.forEach(layer -> history.add(new History(Optional.of(created), "ADD " + layer, "", "", false)));
        ImageConfig config = ImageConfig.create(
                Platform.host(),
                created,
                "",
                defaults,
                tars.stream().map(Digest::of).toList(),
                history);
        List<String> paths = new ArrayList<>();
        for (byte[] tar : tars) {
            String path = Digest.of(tar).hex() + "/layer.tar";
            files.put(path, tar);
            paths.add(path);
        }
        String name = config.id().hex() + ".json";
        files.put(name, config.raw());
        items.add("{\"Config\":\"" + name + "\",\"RepoTags\":" + list(Stream.of(tags)) + ",\"Layers\":"
                + list(paths.stream()) + "}");
        return config.id().toString();
    }

    private static String list(Stream<String> texts) {
        return texts.map(text -> "\"" + text + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static byte[] layer(String text) {
        return tar(Map.of("file-" + text, text.getBytes(UTF_8)));
    }

    /** An archive of files. */
    public static byte[] tar(Map<String, byte[]> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarWriter tar = new TarWriter(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                tar.file(file.getKey(), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public byte[] archive() {
        Map<String, byte[]> all = new LinkedHashMap<>(files);
        all.put("manifest.json", ("[" + String.join(",", items) + "]").getBytes(UTF_8));
        return tar(all);
    }
}
