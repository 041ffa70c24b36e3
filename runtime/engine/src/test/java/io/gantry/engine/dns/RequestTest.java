package io.gantry.engine.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.dns.Request.Code;
import io.gantry.engine.dns.Request.Query;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    @Test
    void aQuestionIsRead() {
        Query query = (Query) Request.parse(Packets.query("Web.Example", Packets.AAAA, 1232));

        assertThat(query.name()).isEqualTo("web.example");
        assertThat(query.type()).isEqualTo(Packets.AAAA);
        assertThat(query.udpSize()).isEqualTo(1232);
        assertThat(((Query) Request.parse(Packets.query("web", Packets.A))).udpSize())
                .isEqualTo(512);
        assertThat(((Query) Request.parse(Packets.query("web", Packets.A, 100))).udpSize())
                .isEqualTo(512);
        assertThat(((Query) Request.parse(Packets.query("", 2))).name()).isEmpty();
    }

    @Test
    void aDotInALabelIsNotADotBetweenLabels() {
        byte[] packet = Packets.query("a-b", Packets.A);
        packet[14] = '.';

        assertThat(((Query) Request.parse(packet)).name()).isEqualTo("a\\.b");
    }

    @Test
    void whatIsNoQuestionGetsNoAnswer() {
        byte[] response = Packets.query("web", Packets.A);
        response[2] |= (byte) 0x80;

        assertThat(Request.parse(response)).isInstanceOf(Request.Nothing.class);
        assertThat(Request.parse(new byte[0])).isInstanceOf(Request.Nothing.class);
        assertThat(Request.parse(new byte[11])).isInstanceOf(Request.Nothing.class);
    }

    @Test
    void otherOperationsAreNotImplemented() {
        byte[] update = Packets.query("web", Packets.A);
        update[2] = 5 << 3;

        assertRefused(update, Code.NOT_IMPLEMENTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 65_535})
    void notOneQuestionIsAnError(int questions) {
        byte[] packet = Packets.query("web", Packets.A);
        ByteBuffer.wrap(packet).putShort(4, (short) questions);

        assertRefused(packet, Code.FORMAT);
    }

    @Test
    void aNameThatPointsAnywhereIsAnError() {
        byte[] loop = Packets.query("web", Packets.A);
        ByteBuffer.wrap(loop).putShort(12, (short) 0xC00C);

        assertRefused(loop, Code.FORMAT);
    }

    @Test
    void aNameThatIsTooLongIsAnError() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));

        assertThat(Request.parse(Packets.query(longest, Packets.A))).isInstanceOf(Query.class);
        assertRefused(Packets.query(longest + "a", Packets.A), Code.FORMAT);
        assertRefused(Packets.query(String.join(".", label, label, label, label, label), Packets.A), Code.FORMAT);
    }

    @Test
    void whatIsCutOffIsAnError() {
        byte[] whole = Packets.query("web.example", Packets.A, 4096);

        for (int length = 12; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), Code.FORMAT);
        }
    }

    @Test
    void moreRecordsThanAQuestionHasAreAnError() {
        byte[] packet = Packets.query("web", Packets.A, 4096);
        ByteBuffer.wrap(packet).putShort(6, (short) 0xFFFF);

        assertRefused(packet, Code.FORMAT);
    }

    @Test
    void noiseNeverThrows() {
        Random random = new Random(11);
        for (int i = 0; i < 100_000; i++) {
            byte[] packet = random.nextBoolean()
                    ? Packets.query("some.name.example", random.nextInt(60), random.nextInt(2) * 4096)
                    : new byte[random.nextInt(80)];
            for (int change = random.nextInt(12); change > 0 && packet.length > 0; change--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt();
            }
            assertThat(Request.parse(packet)).isNotNull();
        }
    }

    private static void assertRefused(byte[] packet, int code) {
        assertThat(Request.parse(packet)).isInstanceOfSatisfying(Request.Refused.class, refused -> {
            Packets.Response response = Packets.read(refused.answer());
            assertThat(response.code()).isEqualTo(code);
            assertThat(response.id()).isEqualTo(0x1234);
        });
    }
}
