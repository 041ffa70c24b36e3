package io.gantry.image.archive;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageConfig;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.Layer;
import io.gantry.image.Manifest;
import io.gantry.image.MediaTypes;
import io.gantry.image.Reference;
import io.gantry.image.store.Ingest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The form that {@code docker save} writes: {@code manifest.json} names a config and layers by path. The legacy {@code repositories} file is ignored. */
final class DockerArchive {
    static final String MANIFEST = "manifest.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SpooledArchive archive;
    private final LayerFiles layerFiles;

    DockerArchive(SpooledArchive archive, LayerFiles layerFiles) {
        this.archive = archive;
        this.layerFiles = layerFiles;
    }

    /** One image of {@code manifest.json}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Item(
            @JsonProperty("Config") String config,
            @JsonProperty("RepoTags") List<String> repoTags,
            @JsonProperty("Layers") List<String> layers) {
        Item {
            config = config == null ? "" : config;
            repoTags = repoTags == null ? List.of() : repoTags;
            layers = layers == null ? List.of() : layers;
        }

        /** Lists may hold null, whose place {@link List#contains} must not be asked for. */
        static boolean isWhole(Item item) {
            return item != null
                    && item.repoTags.stream().allMatch(Objects::nonNull)
                    && item.layers.stream().allMatch(Objects::nonNull);
        }

        List<Reference> names() throws ImageFormatException {
            List<Reference> names = new ArrayList<>();
            for (String tag : repoTags) {
                names.add(name(tag));
            }
            return names;
        }

        private static Reference name(String tag) throws ImageFormatException {
            try {
                Reference name = Reference.parse(tag);
                if (name.tag().isPresent() && name.digest().isEmpty()) {
                    return name;
                }
            } catch (IllegalArgumentException e) {
                throw new ImageFormatException(Kind.CORRUPT, "invalid tag \"" + tag + "\": " + e.getMessage(), e);
            }
            throw new ImageFormatException(Kind.CORRUPT, "invalid tag \"" + tag + "\"");
        }
    }

    List<Item> items() throws IOException {
        byte[] json = SpooledArchive.content(MANIFEST, archive.get(MANIFEST), Manifest.LARGEST);
        try {
            List<Item> items = MAPPER.readValue(json, new TypeReference<List<Item>>() {});
            if (items == null || !items.stream().allMatch(Item::isWhole)) {
                throw new ImageFormatException(Kind.CORRUPT, MANIFEST + " is not a list of images");
            }
            return items;
        } catch (JsonProcessingException e) {
            throw new ImageFormatException(
                    Kind.CORRUPT, MANIFEST + " is not what docker save writes: " + e.getOriginalMessage(), e);
        }
    }

    /** The digest of the config that an item names. */
    Digest configDigest(Item item) throws IOException {
        return config(item).seal();
    }

    private Ingest config(Item item) throws ImageFormatException {
        if (item.config().isEmpty()) {
            throw new ImageFormatException(Kind.CORRUPT, "an image in " + MANIFEST + " has no Config");
        }
        return archive.get(item.config());
    }

    /** Checks an image through and through. */
    PlannedImage plan(Item item) throws IOException {
        Ingest configFile = config(item);
        ImageConfig config =
                ImageConfig.parse(SpooledArchive.content("the image config", configFile, ImageConfig.LARGEST));
        LayerFiles.checkCount(config.diffIds().size(), item.layers().size());
        Map<Digest, Ingest> files = new HashMap<>();
        files.put(configFile.seal(), configFile);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < item.layers().size(); i++) {
            Ingest file = archive.get(item.layers().get(i));
            layers.add(layerFiles.checked(i, config.diffIds().get(i), file));
            files.put(file.seal(), file);
        }
        Ingest manifestFile = manifest(configFile, layers);
        files.put(manifestFile.seal(), manifestFile);
        Descriptor manifest = Descriptor.of(MediaTypes.OCI_MANIFEST, manifestFile.seal(), manifestFile.size());
        return new PlannedImage(new Image(config, manifest, layers), item.names(), files);
    }

    /** The archive has no manifest in the OCI sense, so one is made. */
    private Ingest manifest(Ingest config, List<Layer> layers) throws IOException {
        Descriptor configBlob = Descriptor.of(MediaTypes.OCI_CONFIG, config.seal(), config.size());
        Manifest manifest = new Manifest(
                MediaTypes.OCI_MANIFEST,
                configBlob,
                layers.stream().map(Layer::blob).toList(),
                Map.of());
        return archive.add(manifest.toJson());
    }
}
