package io.gantry.spi.storage.support;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A record as fields: {@code id}, {@code kind}, {@code parent} if there is one, {@code created}, {@code label:KEY}, {@code attribute:KEY}. Unknown fields are for later versions. */
final class RecordCodec {
    static final String HEADER = "gantry-layer 1";

    private static final String LABEL = "label:";
    private static final String ATTRIBUTE = "attribute:";

    private RecordCodec() {}

    static Map<String, String> fields(LayerRecord layer) {
        LayerInfo info = layer.info();
        Map<String, String> fields = new HashMap<>();
        fields.put("id", info.id().value());
        fields.put("kind", info.kind().name());
        info.parent().ifPresent(parent -> fields.put("parent", parent.value()));
        fields.put("created", info.created().toString());
        info.labels().forEach((key, value) -> fields.put(LABEL + key, value));
        layer.attributes().forEach((key, value) -> fields.put(ATTRIBUTE + key, value));
        return fields;
    }

    static LayerRecord record(String key, Map<String, String> fields) throws DurableFields.DamagedException {
        try {
            LayerInfo info = new LayerInfo(
                    LayerId.of(required(fields, "id")),
                    LayerInfo.Kind.valueOf(required(fields, "kind")),
                    Optional.ofNullable(fields.get("parent")).map(LayerId::of),
                    DurableFields.startingWith(LABEL, fields),
                    Instant.parse(required(fields, "created")));
            return new LayerRecord(info, key, DurableFields.startingWith(ATTRIBUTE, fields));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new DurableFields.DamagedException(e.getMessage());
        }
    }

    private static String required(Map<String, String> fields, String name) throws DurableFields.DamagedException {
        String value = fields.get(name);
        if (value == null) {
            throw new DurableFields.DamagedException("it has no " + name);
        }
        return value;
    }
}
