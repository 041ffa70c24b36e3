package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CodecTest {

    @Test
    void attributesComeBackAsWrittenWithPaddingBetween() {
        MessageWriter out = new MessageWriter(99, 0);
        out.u8(1, 7).string(2, "odd").nested(3, () -> out.u32(1, 0x01020304).u16BigEndian(2, 0x0506));
        for (int i = 10; i < 200; i++) {
            out.string(i, "x".repeat(i));
        }
        byte[] message = out.finish();
        Attributes attributes = attributes(message, message.length);

        assertThat(ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getInt())
                .isEqualTo(message.length);
        assertThat(attributes.u8(1)).hasValue(7);
        assertThat(attributes.string(2)).contains("odd");
        assertThat(attributes.nested(3).orElseThrow().u32(1)).hasValue(0x01020304);
        assertThat(attributes.nested(3).orElseThrow().u16BigEndian(2)).hasValue(0x0506);
        assertThat(attributes.string(199)).contains("x".repeat(199));
        assertThat(attributes.has(4)).isFalse();
    }

    @Test
    void cutOffInputEndsTheListAndNeverThrows() {
        MessageWriter out = new MessageWriter(99, 0);
        out.u32(1, 5).string(2, "eth0").nested(3, () -> out.u32(1, 6));
        byte[] message = out.finish();
        for (int length = MessageWriter.HEADER; length < message.length; length++) {
            Attributes attributes = attributes(message, length);
            assertThat(attributes.has(3)).isFalse();
            assertThat(attributes.has(1)).isEqualTo(length >= MessageWriter.HEADER + 8);
        }
        byte[] lying = Arrays.copyOf(message, message.length);
        lying[MessageWriter.HEADER] = 1;
        assertThat(attributes(lying, lying.length).has(1)).isFalse();
        lying[MessageWriter.HEADER] = (byte) 0xff;
        assertThat(attributes(lying, lying.length).has(1)).isFalse();
    }

    @Test
    void aValueTooShortForItsReaderIsAbsent() {
        MessageWriter out = new MessageWriter(99, 0);
        out.u8(1, 5);
        byte[] message = out.finish();
        Attributes attributes = attributes(message, message.length);
        assertThat(attributes.u32(1)).isEmpty();
        assertThat(attributes.mac(1)).isEmpty();
        assertThat(attributes.address(1)).isEmpty();
    }

    private static Attributes attributes(byte[] message, int length) {
        return new Attributes(ByteBuffer.wrap(message, MessageWriter.HEADER, length - MessageWriter.HEADER));
    }
}
