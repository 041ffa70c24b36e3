package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.character;
import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.file;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.linux.Xattrs;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** An archive cannot set overlayfs's own marks. */
class OverlayInjectionTest {
    @ParameterizedTest
    @CsvSource({
        "trusted.overlay.opaque, y",
        "trusted.overlay.opaque, x",
        "trusted.overlay.redirect, /outside",
        "trusted.overlay.redirect, hidden",
        "trusted.overlay.origin, x",
        "trusted.overlay.overlay.opaque, y",
        "user.overlay.opaque, y",
        "user.overlay.redirect, /outside",
    })
    void marksOfDirectoriesDoNotAct(String attribute, String value) throws IOException {
        for (Mode mode : Mode.values()) {
            try (LayerStack stack = new LayerStack(mode)) {
                stack.apply(dir("d"), file("d/a", "1"), dir("hidden"), file("hidden/b", "1"));
                stack.apply(dir("./").xattr(attribute, bytes(value)), dir("d").xattr(attribute, bytes(value)));
                assertThat(stack.shown()).as("%s", mode).containsExactly("d/", "d/a=1", "hidden/", "hidden/b=1");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"trusted.overlay.metacopy", "trusted.overlay.whiteout", "user.overlay.metacopy", "user.overlay.whiteout"
    })
    void marksOfFilesDoNotAct(String attribute) throws IOException {
        for (Mode mode : Mode.values()) {
            try (LayerStack stack = new LayerStack(mode)) {
                stack.apply(dir("d"), file("d/a", "1"));
                stack.apply(
                        dir("d").xattr(attribute.replaceAll("[a-z]+$", "opaque"), bytes("x")),
                        file("d/a", "").xattr(attribute, new byte[0]),
                        file("d/b", "2").xattr(attribute.replaceAll("[a-z]+$", "redirect"), bytes("/d/a")));
                assertThat(stack.shown()).as("%s", mode).containsExactly("d/", "d/a=", "d/b=2");
            }
        }
    }

    /** An image that holds an overlay's layers, as nested engines make them, gets its own marks back (Linux 6.7). */
    @ParameterizedTest
    @EnumSource(names = {"DIRECT", "OVERLAY", "OVERLAY_PENDING"})
    void aContainerSeesTheMarksAsContent(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(file("x", ""));
            stack.apply(dir("d").xattr("trusted.overlay.opaque", bytes("y")));
            Xattrs seen = Xattrs.of(stack.merged().resolve("d"));
            assertThat(seen.names()).doesNotContain("trusted.overlay.overlay.opaque");
            Optional<byte[]> mark = seen.value("trusted.overlay.opaque");
            assertThat(mark.map(value -> new String(value, US_ASCII))).isIn(Optional.of("y"), Optional.empty());
        }
    }

    /** Nothing else can be made of it where overlayfs is used. */
    @ParameterizedTest
    @EnumSource
    void theDeviceThatMeansADeletionIsOne(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(dir("d"), file("d/a", "1"), file("b", "1"));
            stack.apply(character("d", 0, 0), character("c", 0, 0));
            if (mode == Mode.DIRECT) {
                assertThat(stack.shown()).containsExactly("b=1", "c:CHARACTER_DEVICE 0:0", "d:CHARACTER_DEVICE 0:0");
            } else {
                assertThat(stack.shown()).containsExactly("b=1");
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
