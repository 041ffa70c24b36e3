package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The bytes that go to the kernel and come back, against {@code include/uapi/linux/dm-ioctl.h}. */
class DmRequestTest {
    @Test
    void theHeadHasVersionSizesFlagsAndName() {
        DmRequest request = DmRequest.of("a-device", 1 << 17, 0x4F << 16, 100);

        ByteBuffer bytes = view(request);
        assertThat(bytes.capacity()).isEqualTo(412);
        assertThat(request.version()).isEqualTo("4.0.0");
        assertThat(bytes.getInt(12)).isEqualTo(412);
        assertThat(bytes.getInt(16)).isEqualTo(312);
        assertThat(bytes.getInt(28)).isEqualTo(1 << 17);
        assertThat(bytes.getInt(32)).isEqualTo(0x4F << 16);
        assertThat(text(bytes, 48)).isEqualTo("a-device");
    }

    @Test
    void namesThatTheKernelWouldCutOffAreRefused() {
        assertThat(DmRequest.of("n".repeat(127), 0, 0, 0).array()).hasSize(312);
        assertThatThrownBy(() -> DmRequest.of("n".repeat(128), 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTableIsOneTargetPaddedToEightBytes() {
        DmRequest request = DmRequest.table("d", 1, new DmRequest.Target(0, 2048, "thin", "253:0 7"));

        ByteBuffer bytes = view(request);
        assertThat(bytes.capacity()).isEqualTo(312 + 48);
        assertThat(bytes.getInt(20)).isEqualTo(1);
        assertThat(bytes.getLong(312)).isZero();
        assertThat(bytes.getLong(320)).isEqualTo(2048);
        assertThat(bytes.getInt(332)).isEqualTo(48);
        assertThat(text(bytes, 336)).isEqualTo("thin");
        assertThat(text(bytes, 352)).isEqualTo("253:0 7");
    }

    @Test
    void aMessageGoesToSectorZeroAndEndsWithNul() {
        ByteBuffer bytes = view(DmRequest.message("pool", "create_thin 1", 0));

        assertThat(bytes.getLong(312)).isZero();
        assertThat(text(bytes, 320)).isEqualTo("create_thin 1");
        assertThat(bytes.get(bytes.capacity() - 1)).isZero();
    }

    @Test
    void statusDevicesAndVersionsAreRead() {
        DmRequest status = DmRequest.of("d", 0, 0, 256);
        ByteBuffer bytes = view(status);
        bytes.putInt(20, 2);
        target(bytes, 312, 0, 8, "linear", "x", 64);
        target(bytes, 312 + 64, 8, 16, "thin", "5 6", 128);
        assertThat(status.targets())
                .containsExactly(new DmRequest.Target(0, 8, "linear", "x"), new DmRequest.Target(8, 16, "thin", "5 6"));

        DmRequest devices = DmRequest.of("", 0, 0, 256);
        bytes = view(devices);
        bytes.putLong(312, 0xFD00).putInt(320, 24).put(324, "one".getBytes(StandardCharsets.US_ASCII));
        bytes.putLong(336, 0xFD01).putInt(344, 0).put(348, "two".getBytes(StandardCharsets.US_ASCII));
        assertThat(devices.devices())
                .containsExactly(new DmRequest.Listed("one", 0xFD00), new DmRequest.Listed("two", 0xFD01));
        assertThat(DmRequest.of("", 0, 0, 256).devices()).isEmpty();

        DmRequest versions = DmRequest.of("", 0, 0, 256);
        bytes = view(versions);
        bytes.putInt(312, 0).putInt(316, 1).putInt(320, 22).putInt(324, 3);
        bytes.put(328, "thin-pool".getBytes(StandardCharsets.US_ASCII));
        assertThat(versions.versions()).containsExactly(new DmRequest.TargetVersion("thin-pool", "1.22.3"));
    }

    private static void target(
            ByteBuffer bytes, int at, long start, long length, String type, String parameters, int next) {
        bytes.putLong(at, start).putLong(at + 8, length).putInt(at + 20, next);
        bytes.put(at + 24, type.getBytes(StandardCharsets.US_ASCII));
        bytes.put(at + 40, parameters.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer view(DmRequest request) {
        return ByteBuffer.wrap(request.array()).order(ByteOrder.nativeOrder());
    }

    private static String text(ByteBuffer bytes, int at) {
        int end = at;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - at];
        bytes.get(at, text);
        return new String(text, StandardCharsets.US_ASCII);
    }
}
