package io.gantry.spi.storage.support;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * A record as text, one field a line, for people to read and for any later version to extend:
 *
 * <pre>
 *   gantry-layer 1
 *   id=…
 *   kind=COMMITTED
 *   parent=…                      absent without parent
 *   created=2026-01-01T00:00:00Z
 *   label:KEY=VALUE               any number
 *   attribute:KEY=VALUE           any number
 *   crc32=…                       of all bytes before this line
 * </pre>
 *
 * In keys and values {@code %}, {@code =}, line feed and carriage return are written {@code %XX}.
 */
final class RecordCodec {
    private static final String HEADER = "gantry-layer 1";
    private static final String LABEL = "label:";
    private static final String ATTRIBUTE = "attribute:";
    private static final String CHECKSUM = "crc32=";

    private RecordCodec() {}

    /** A record that cannot be read, and why. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1;

        Damaged(String why) {
            super(why);
        }
    }

    static byte[] encode(LayerRecord layer) {
        LayerInfo info = layer.info();
        StringBuilder text = new StringBuilder(256).append(HEADER).append('\n');
        line(text, "id", info.id().value());
        line(text, "kind", info.kind().name());
        info.parent().ifPresent(parent -> line(text, "parent", parent.value()));
        line(text, "created", info.created().toString());
        new TreeMap<>(info.labels()).forEach((key, value) -> line(text, LABEL + escape(key), value));
        new TreeMap<>(layer.attributes()).forEach((key, value) -> line(text, ATTRIBUTE + escape(key), value));
        String body = text.toString();
        return (body + CHECKSUM + checksum(body) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    static LayerRecord decode(String key, byte[] bytes) throws Damaged {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.lastIndexOf(CHECKSUM);
        if (!text.startsWith(HEADER + "\n") || end < 0) {
            throw new Damaged(text.isEmpty() ? "it is empty" : "it is not a layer record of version 1, or is cut off");
        }
        if (!text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
            throw new Damaged("its checksum does not fit");
        }
        return assemble(key, fields(text.substring(HEADER.length() + 1, end)));
    }

    private static LayerRecord assemble(String key, Map<String, String> fields) throws Damaged {
        try {
            LayerInfo info = new LayerInfo(
                    LayerId.of(required(fields, "id")),
                    LayerInfo.Kind.valueOf(required(fields, "kind")),
                    Optional.ofNullable(fields.get("parent")).map(LayerId::of),
                    prefixed(fields, LABEL),
                    Instant.parse(required(fields, "created")));
            return new LayerRecord(info, key, prefixed(fields, ATTRIBUTE));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new Damaged(e.getMessage());
        }
    }

    private static Map<String, String> fields(String body) throws Damaged {
        Map<String, String> fields = new HashMap<>();
        for (String line : body.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new Damaged("a line has no '=': " + line);
            }
            fields.put(line.substring(0, equals), unescape(line.substring(equals + 1)));
        }
        return fields;
    }

    private static String required(Map<String, String> fields, String name) throws Damaged {
        String value = fields.get(name);
        if (value == null) {
            throw new Damaged("it has no " + name);
        }
        return value;
    }

    private static Map<String, String> prefixed(Map<String, String> fields, String prefix) throws Damaged {
        Map<String, String> found = new HashMap<>();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (field.getKey().startsWith(prefix)) {
                found.put(unescape(field.getKey().substring(prefix.length())), field.getValue());
            }
        }
        return found;
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(escape(value)).append('\n');
    }

    private static String escape(String value) {
        return value.replace("%", "%25")
                .replace("=", "%3D")
                .replace("\n", "%0A")
                .replace("\r", "%0D");
    }

    private static String unescape(String value) throws Damaged {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) != '%') {
                text.append(value.charAt(i));
            } else if (i + 2 < value.length()) {
                text.append((char) hex(value.substring(i + 1, i + 3)));
                i += 2;
            } else {
                throw new Damaged("a value ends within an escape: " + value);
            }
        }
        return text.toString();
    }

    private static int hex(String digits) throws Damaged {
        try {
            return Integer.parseInt(digits, 16);
        } catch (NumberFormatException e) {
            throw new Damaged("not an escape: %" + digits);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
