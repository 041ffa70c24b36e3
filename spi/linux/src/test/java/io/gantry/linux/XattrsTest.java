package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XattrsTest {
    @TempDir
    Path temp;

    @Test
    void binaryValuesAreKept() throws Exception {
        Xattrs attributes = Xattrs.of(Files.createFile(temp.resolve("file")));
        byte[] value = {0, (byte) 0xFF, 'a', 0};
        byte[] large = new byte[3000];
        large[2999] = 7;
        attributes.set("user.binary", value);
        attributes.set("user.empty", new byte[0]);
        attributes.set("trusted.large", large);
        assertThat(attributes.value("user.binary").orElseThrow()).isEqualTo(value);
        assertThat(attributes.value("user.empty").orElseThrow()).isEmpty();
        assertThat(attributes.value("trusted.large").orElseThrow()).isEqualTo(large);
        assertThat(attributes.names()).containsExactlyInAnyOrder("user.binary", "user.empty", "trusted.large");
        assertThat(attributes.remove("user.binary")).isTrue();
        assertThat(attributes.remove("user.binary")).isFalse();
        assertThat(attributes.value("user.binary")).isEmpty();
    }

    @Test
    void symbolicLinksHaveTheirOwn() throws Exception {
        Files.createFile(temp.resolve("file"));
        Files.createSymbolicLink(temp.resolve("link"), Path.of("file"));
        Xattrs.of(temp.resolve("link")).set("trusted.on", "link".getBytes(StandardCharsets.UTF_8));
        assertThat(Xattrs.of(temp.resolve("file")).names()).isEmpty();
        try (OpenDirectory directory = OpenDirectory.open(temp);
                Fd link = directory.open("link", OpenFlags.O_PATH, 0)) {
            assertThat(Xattrs.of(directory, "link").names()).containsExactly("trusted.on");
            assertThat(Xattrs.of(link).names()).containsExactly("trusted.on");
            assertThatThrownBy(() -> Xattrs.of(directory, "link").set("user.x", new byte[1]))
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("setxattr user.x of " + temp + "/link: EPERM");
        }
    }

    @Test
    void descriptorsThatOnlyNameAFileWork() throws Exception {
        Files.createFile(temp.resolve("file"));
        try (Fd fd = Fd.open(temp.resolve("file"), OpenFlags.O_PATH)) {
            Xattrs.of(fd).set("user.a", new byte[] {1});
            assertThat(Xattrs.of(fd).value("user.a")).isPresent();
            assertThat(Xattrs.of(fd).remove("user.a")).isTrue();
        }
        assertThatThrownBy(() -> Xattrs.of(temp.resolve("missing")).names())
                .hasMessageContaining("listxattr " + temp.resolve("missing") + ": ENOENT");
    }

    @Test
    void longListsAreReadWhole() throws Exception {
        Xattrs attributes = Xattrs.of(Files.createFile(temp.resolve("file")));
        for (int i = 0; i < 30; i++) {
            attributes.set("user." + "n".repeat(60) + i, new byte[] {1});
        }
        assertThat(attributes.names()).hasSize(30);
    }
}
