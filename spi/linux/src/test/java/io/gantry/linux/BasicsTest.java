package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BasicsTest {
    @Test
    void unknownErrorNumbersAreUnknown() {
        assertThat(Errno.of(22)).isEqualTo(Errno.EINVAL);
        assertThat(Errno.of(0)).isEqualTo(Errno.UNKNOWN);
        assertThat(Errno.of(-5)).isEqualTo(Errno.UNKNOWN);
        assertThat(Errno.of(99_999)).isEqualTo(Errno.UNKNOWN);
    }

    @Test
    void exceptionNamesCallObjectErrorAndReason() {
        assertThat(new KernelException("mount", "overlay on /x", Errno.EINVAL))
                .hasMessage("mount overlay on /x: EINVAL (Invalid argument)");
        assertThat(new KernelException("mount", "overlay on /x", Errno.EINVAL).because("no upperdir"))
                .hasMessage("mount overlay on /x: EINVAL (Invalid argument): no upperdir");
    }

    @Test
    void openingWhatIsNotThereSaysSo() {
        assertThatThrownBy(() -> Fd.open(Path.of("/no/such/file"), OpenFlags.O_RDONLY))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessage("open /no/such/file: ENOENT (No such file or directory)");
    }

    @Test
    void descriptorClosesOnceAndIsCloseOnExec() throws Exception {
        Fd fd = Fd.open(Path.of("/"), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        assertThat(Files.isSameFile(fd.path(), Path.of("/"))).isTrue();
        assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd.value()))).containsPattern("flags:\\s+02");
        fd.close();
        fd.close();
        assertThat(fd.isOpen()).isFalse();
        assertThatThrownBy(fd::value).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bytesThatAreNotUtf8SurviveTheRoundTrip() {
        byte[] mixed = {
            'a',
            (byte) 0xE9,
            'b',
            (byte) 0xC3,
            (byte) 0xA9,
            (byte) 0xF0,
            (byte) 0x9F,
            (byte) 0x98,
            (byte) 0x80,
            (byte) 0xFF,
            (byte) 0xED,
            (byte) 0xB2,
            (byte) 0x80
        };
        String name = KernelString.decode(mixed);
        assertThat(name).startsWith("a\uDCE9b\u00E9\uD83D\uDE00\uDCFF");
        assertThat(KernelString.encode(name)).isEqualTo(mixed);
        assertThat(KernelString.terminated(name)).hasSize(mixed.length + 1).endsWith(0);
        assertThat(KernelString.encode("h\u00E9")).isEqualTo("h\u00E9".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aNameWithNulIsRefused() {
        assertThatThrownBy(() -> KernelString.terminated("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }
}
