package com.example.gantry;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code usage.json} beside a committed layer's content, written and read with the plug-in's own JSON library. */
final class UsageFile {
    private static final String NAME = "usage.json";

    private UsageFile() {}

    static void write(Path layer, Usage usage) {
        Path file = layer.resolve(NAME);
        try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeNumberField("bytes", usage.bytes());
            json.writeNumberField("inodes", usage.inodes());
            json.writeEndObject();
        } catch (IOException e) {
            throw IoFailures.of("write " + file, e);
        }
    }

    /** The layer was not committed after all, perhaps because the disk is full. */
    static void deleteAfter(RuntimeException failure, Path layer) {
        try {
            Files.deleteIfExists(layer.resolve(NAME));
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    static Usage read(Path layer) {
        Path file = layer.resolve(NAME);
        long bytes = 0;
        long inodes = 0;
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                    switch (json.getCurrentName()) {
                        case "bytes" -> bytes = json.getLongValue();
                        case "inodes" -> inodes = json.getLongValue();
                        default -> throw new IOException("unknown member " + json.getCurrentName());
                    }
                }
            }
        } catch (IOException e) {
            throw IoFailures.of("read " + file, e);
        }
        return new Usage(bytes, inodes);
    }
}
