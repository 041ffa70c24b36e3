package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/**
 * The attributes of a received message or of a nested attribute, by type. Of attributes that repeat the last counts.
 * Truncated input ends the list; a value shorter than its reader wants counts as absent.
 */
final class Attributes {

    private static final int ATTRIBUTE_HEADER = 4;
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    /** Reads from the buffer's position to its limit; the buffer itself is left alone. */
    Attributes(ByteBuffer region) {
        ByteBuffer rest = region.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= ATTRIBUTE_HEADER) {
            int start = rest.position();
            int length = Short.toUnsignedInt(rest.getShort(start));
            int type = Short.toUnsignedInt(rest.getShort(start + 2)) & TYPE_MASK;
            if (length < ATTRIBUTE_HEADER || length > rest.remaining()) {
                return;
            }
            values.put(
                    type,
                    rest.slice(start + ATTRIBUTE_HEADER, length - ATTRIBUTE_HEADER)
                            .order(ByteOrder.nativeOrder()));
            rest.position(Math.min(rest.limit(), start + ((length + 3) & ~3)));
        }
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    Optional<ByteBuffer> raw(int type) {
        return Optional.ofNullable(values.get(type))
                .map(value -> value.duplicate().order(ByteOrder.nativeOrder()));
    }

    Optional<Attributes> nested(int type) {
        return raw(type).map(Attributes::new);
    }

    OptionalInt u32(int type) {
        return number(type, 4, value -> value.getInt(0));
    }

    OptionalInt u16BigEndian(int type) {
        return number(
                type,
                2,
                value -> Short.toUnsignedInt(value.order(ByteOrder.BIG_ENDIAN).getShort(0)));
    }

    OptionalInt u16(int type) {
        return number(type, 2, value -> Short.toUnsignedInt(value.getShort(0)));
    }

    OptionalInt u8(int type) {
        return number(type, 1, value -> Byte.toUnsignedInt(value.get(0)));
    }

    Optional<Boolean> flag(int type) {
        OptionalInt value = u8(type);
        return value.isPresent() ? Optional.of(value.getAsInt() != 0) : Optional.empty();
    }

    Optional<String> string(int type) {
        return raw(type).map(value -> {
            byte[] text = bytes(value);
            int length = text.length;
            while (length > 0 && text[length - 1] == 0) {
                length--;
            }
            return new String(text, 0, length, StandardCharsets.UTF_8);
        });
    }

    Optional<InetAddress> address(int type) {
        return raw(type)
                .map(Attributes::bytes)
                .filter(bytes -> bytes.length == 4 || bytes.length == 16)
                .map(AddressText::of);
    }

    Optional<MacAddress> mac(int type) {
        return raw(type)
                .map(Attributes::bytes)
                .filter(bytes -> bytes.length == MacAddress.LENGTH)
                .map(MacAddress::of);
    }

    static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    private OptionalInt number(int type, int size, ToIntFunction<ByteBuffer> read) {
        Optional<ByteBuffer> value = raw(type).filter(bytes -> bytes.remaining() >= size);
        return value.isPresent() ? OptionalInt.of(read.applyAsInt(value.get())) : OptionalInt.empty();
    }
}
