package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.block;
import static io.gantry.image.testing.TarItem.character;
import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.fifo;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.opaque;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.TarItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Layers made to reach out of their root, as containerd's {@code TestBreakouts}, go-archive's and umoci's tests have them and more. Either they are refused, or what
 * they do stays within. That nothing beside the root was touched is checked by {@link LayerStack#close}.
 */
class HostileLayerTest {
    private static final String OUT = LayerStack.ELSEWHERE.toString();
    private static final String IN = OUT.substring(1);

    /** A layer, what lies beneath it, and what becomes of it: a refusal, or a thing to be seen in the whole. */
    private record Case(String name, TarItem[] beneath, TarItem[] layer, Optional<Kind> refusal, String shown) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case refused(Kind kind, String name, TarItem... layer) {
        return refusedOver(kind, name, items(), layer);
    }

    private static Case refusedOver(Kind kind, String name, TarItem[] beneath, TarItem... layer) {
        return new Case(name, beneath, layer, Optional.of(kind), "");
    }

    private static Case within(String shown, String name, TarItem... layer) {
        return over(shown, name, items(), layer);
    }

    private static Case over(String shown, String name, TarItem[] beneath, TarItem... layer) {
        return new Case(name, beneath, layer, Optional.empty(), shown);
    }

    private static TarItem[] items(TarItem... items) {
        return items;
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("casesInAllModes")
    void nothingLeavesTheRoot(Case one, Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            if (one.beneath().length > 0) {
                stack.apply(one.beneath());
            }
            if (one.refusal().isEmpty()) {
                stack.apply(one.layer());
                assertThat(stack.shown()).contains(one.shown());
            } else {
                ImageFormatException refusal =
                        catchThrowableOfType(ImageFormatException.class, () -> stack.apply(one.layer()));
                assertThat(refusal).as("the layer is refused").isNotNull();
                assertThat(refusal.kind())
                        .as("%s", refusal.getMessage())
                        .isEqualTo(one.refusal().get());
                assertThat(refusal.getMessage()).isNotBlank();
            }
        }
    }

    static Stream<Arguments> casesInAllModes() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(names());
        cases.addAll(roots());
        cases.addAll(hardLinks());
        cases.addAll(symbolicLinks());
        cases.addAll(symbolicLinksBeneath());
        cases.addAll(whiteouts());
        cases.addAll(impossible());
        return cases.stream().flatMap(one -> Stream.of(Mode.values()).map(mode -> Arguments.of(one, mode)));
    }

    private static List<Case> names() {
        return List.of(
                refused(Kind.ESCAPE, "up and out", file("../f", "evil")),
                refused(Kind.ESCAPE, "absolute up and out", file("/../f", "evil")),
                refused(Kind.ESCAPE, "down, up and out", file("a/../../f", "evil")),
                refused(
                        Kind.ESCAPE,
                        "behind a valid start",
                        file("a", ""),
                        dir("d"),
                        file("../../../../tmp/f", "evil")),
                refused(Kind.ESCAPE, "a sibling that begins alike", file("../layer0-evil/f", "evil")),
                refused(Kind.ESCAPE, "the parent itself", dir("..")),
                refused(Kind.ESCAPE, "a symbolic link for the parent", symlink("..", "/")),
                refused(Kind.ESCAPE, "a device outside", character("../null", 1, 3)),
                refused(Kind.ESCAPE, "a FIFO outside", fifo("../p")),
                refused(Kind.ESCAPE, "a hard link outside", file("a", ""), hardLink("../h", "a")),
                refused(Kind.ESCAPE, "a directory outside", dir("../d")),
                refused(
                        Kind.ESCAPE,
                        "a path of the pax header",
                        file("a", "evil").pax("path", "../f")));
    }

    private static List<Case> roots() {
        return List.of(
                refused(Kind.ESCAPE, "a symbolic link for the root", symlink("/.", "/")),
                refused(Kind.ESCAPE, "a symbolic link without a name", symlink("", "/")),
                refused(Kind.ESCAPE, "a symbolic link named by a dot", symlink("./", "/")),
                refused(Kind.ESCAPE, "a symbolic link that comes back to the root", symlink("a/..", "/")),
                refused(Kind.ESCAPE, "a file for the root", file(".", "evil")),
                refused(Kind.ESCAPE, "a hard link for the root", file("a", ""), hardLink("/", "a")),
                refused(Kind.ESCAPE, "a device for the root", block("/", 8, 0)));
    }

    private static List<Case> hardLinks() {
        return List.of(
                refused(Kind.ESCAPE, "a relative target", hardLink("h", "../outside/secret")),
                refused(Kind.ESCAPE, "an absolute target that climbs", hardLink("h", "/../outside/secret")),
                refused(Kind.ESCAPE, "a target down and out", dir("d"), hardLink("h", "d/../../outside/secret")),
                refused(
                        Kind.ESCAPE,
                        "a target of the pax header",
                        hardLink("h", "a").pax("linkpath", "../outside/secret")),
                refused(Kind.CORRUPT, "an absolute target of the machine", hardLink("h", OUT + "/secret")),
                refused(Kind.CORRUPT, "behind a symbolic link", symlink("l", OUT), hardLink("h", "l/secret")),
                refused(
                        Kind.CORRUPT,
                        "behind a relative symbolic link",
                        symlink("l", "../outside"),
                        hardLink("h", "l/secret")),
                refused(
                        Kind.CORRUPT,
                        "behind a chain of links",
                        symlink("a", "b"),
                        symlink("b", "../outside"),
                        hardLink("h", "a/secret")),
                refused(Kind.CORRUPT, "to nothing", hardLink("h", "nothing")),
                refused(Kind.CORRUPT, "to itself", hardLink("h", "h")),
                refused(Kind.CORRUPT, "to a directory", dir("d"), hardLink("h", "d")),
                refused(Kind.CORRUPT, "to the root", hardLink("h", "/")),
                refused(Kind.CORRUPT, "to what it replaces", dir("d"), file("d/f", ""), hardLink("d", "d/f")),
                refusedOver(
                        Kind.CORRUPT,
                        "to a link of the layer beneath",
                        items(symlink("l", OUT)),
                        hardLink("h", "l/secret")),
                within(
                        "h=evil",
                        "to a symbolic link, then written to",
                        symlink("l", OUT + "/secret"),
                        hardLink("h", "l"),
                        file("h", "evil")),
                // CVE-2021-32760: the mode of a hard link must not reach the target of a symbolic link
                within(
                        "d/",
                        "to a symbolic link, with mode and owner",
                        symlink("l", OUT + "/secret"),
                        hardLink("h", "l").mode(0777).owner(1, 1).time(5),
                        dir("d")),
                within(
                        "l/f=in",
                        "to a symbolic link that becomes a directory",
                        symlink("l", OUT),
                        hardLink("h", "l"),
                        dir("l"),
                        file("l/f", "in"),
                        file("h/f", "evil")));
    }

    private static List<Case> symbolicLinks() {
        return List.of(
                within(IN + "/f=evil", "through an absolute link", symlink("l", OUT), file("l/f", "evil")),
                within("outside/f=evil", "through a relative link", symlink("l", "../../outside"), file("l/f", "evil")),
                within(
                        "outside/f=evil",
                        "through two links",
                        symlink("a", "b"),
                        symlink("b", "../outside"),
                        file("a/f", "evil")),
                within(
                        "outside/f=evil",
                        "through a link below a link",
                        dir("d"),
                        symlink("d/a", ".."),
                        symlink("b", "d/a/../../outside"),
                        file("b/f", "evil")),
                within(
                        IN + "/f=evil",
                        "through a link whose name ends with a slash",
                        symlink("l/", OUT),
                        file("l/f", "evil")),
                within("f=evil", "through a link to the root", symlink("l", "/"), file("l/f", "evil")),
                within("f=evil", "through a link to the root's parent", symlink("l", ".."), file("l/f", "evil")),
                within(
                        IN + "/f=evil",
                        "a directory made a link",
                        dir("d"),
                        file("d/a", ""),
                        symlink("d", OUT),
                        file("d/f", "evil")),
                within("d/f=in", "a link made a directory", symlink("d", OUT), dir("d"), file("d/f", "in")),
                within(
                        "d/f=in",
                        "directory, link, directory",
                        dir("d"),
                        symlink("d", OUT),
                        dir("d"),
                        file("d/f", "in")),
                within("f=in", "a file over a link", symlink("f", OUT + "/secret"), file("f", "in")),
                within("f:FIFO 0:0", "a FIFO over a link", symlink("f", OUT + "/secret"), fifo("f")),
                within(
                        "f:CHARACTER_DEVICE 1:3",
                        "a device over a link",
                        symlink("f", OUT + "/secret"),
                        character("f", 1, 3)),
                within(
                        "d/",
                        "a directory over a link to a directory",
                        symlink("d", OUT + "/d"),
                        dir("d").mode(0777).owner(1, 1)),
                within(
                        "f->/etc/passwd",
                        "a link with mode, owner and attributes",
                        symlink("f", "/etc/passwd").mode(0777).owner(1, 1).xattr("trusted.x", new byte[] {1})),
                within("a->b", "dead links", symlink("a", "b"), symlink("b", "../../../nowhere")),
                refused(Kind.CORRUPT, "a link to itself", symlink("l", "l"), file("l/f", "")),
                refused(Kind.CORRUPT, "two links to each other", symlink("a", "b"), symlink("b", "a"), file("a/f", "")),
                refused(Kind.CORRUPT, "a loop of forty links", loop(40)),
                refused(Kind.CORRUPT, "a link to where it lies", symlink("l", "l/l/l/l"), file("l/f", "")));
    }

    private static TarItem[] loop(int links) {
        return Stream.concat(
                        IntStream.range(0, links).mapToObj(i -> symlink("l" + i, "l" + (i + 1) % links)),
                        Stream.of(file("l0/f", "evil")))
                .toArray(TarItem[]::new);
    }

    private static List<Case> symbolicLinksBeneath() {
        TarItem[] out = items(symlink("l", OUT), symlink("s", OUT + "/secret"));
        return List.of(
                over(IN + "/f=evil", "beneath: a file behind a link", out, file("l/f", "evil")),
                over(IN + "/d/s/f=evil", "beneath: a file far behind a link", out, file("l/d/s/f", "evil")),
                over(
                        IN + "/d/",
                        "beneath: a directory behind a link",
                        out,
                        dir("l/d").mode(0777).owner(1, 1)),
                over(
                        "l/",
                        "beneath: a directory over a link",
                        out,
                        dir("l").mode(0777).owner(1, 1)),
                over("s=in", "beneath: a file over a link", out, file("s", "in")),
                over("l/f=in", "beneath: a link made a directory", out, dir("l"), file("l/f", "in")),
                over(
                        "a=",
                        "beneath: whiteouts behind a link",
                        items(symlink("l", OUT), file("a", "")),
                        whiteout("l/secret"),
                        whiteout("l/d")),
                over(
                        "a=",
                        "beneath: an opaque mark behind a link",
                        items(symlink("l", OUT), file("a", "")),
                        opaque("l")),
                over("s=in", "beneath: a hard link to a link", out, hardLink("h", "s"), file("s", "in")),
                over(
                        "outside/f=evil",
                        "beneath: through two links, one of each layer",
                        items(symlink("a", "b")),
                        symlink("b", "../outside"),
                        file("a/f", "evil")));
    }

    private static List<Case> whiteouts() {
        return List.of(
                refused(Kind.ESCAPE, "whiteout of something outside", file("../.wh.outside", "")),
                refused(Kind.ESCAPE, "opaque mark outside", file("../.wh..wh..opq", "")),
                refused(Kind.CORRUPT, "whiteout of nothing", file(".wh.", "")),
                refused(Kind.CORRUPT, "whiteout of the directory itself", file(".wh..", "")),
                refused(Kind.CORRUPT, "whiteout of the parent", file(".wh...", "")),
                refused(Kind.CORRUPT, "whiteout of a directory's parent", file("d/.wh...", "")),
                refused(Kind.CORRUPT, "a file in a whiteout", file(".wh.d/f", "")),
                refused(Kind.CORRUPT, "an opaque mark in a whiteout", file("a/.wh.d/.wh..wh..opq", "")),
                refused(Kind.CORRUPT, "a file deep in a whiteout", file("a/.wh.d/b/f", "")),
                within(
                        "a=",
                        "whiteouts behind a link of the layer",
                        symlink("l", OUT),
                        whiteout("l/secret"),
                        opaque("l/d"),
                        file("a", "")),
                within("d/", "a whiteout that is a directory", dir("d"), dir(".wh.x")),
                within("d/", "a whiteout that is a link", dir("d"), symlink(".wh.x", OUT + "/secret")));
    }

    private static List<Case> impossible() {
        return List.of(
                refused(Kind.CORRUPT, "a file in a file", file("a", ""), file("a/b", "")),
                refused(Kind.CORRUPT, "a file in a FIFO", fifo("a"), file("a/b", "")),
                refusedOver(
                        Kind.CORRUPT, "a file in a file of the layer beneath", items(file("a", "")), file("a/b", "")),
                refused(
                        Kind.CORRUPT,
                        "a part that is too long",
                        file("n".repeat(256), "").pax("path", "n".repeat(256))),
                refused(Kind.LIMIT, "a name that is too long", file("n", "").pax("path", "n/".repeat(2048) + "f")),
                refused(Kind.CORRUPT, "a link to nowhere at all", symlink("l", "")),
                refused(
                        Kind.CORRUPT,
                        "a uid beyond 32 bits, which would be root's",
                        file("a", "").pax("uid", "4294967296")),
                refused(
                        Kind.CORRUPT,
                        "the uid that means no change",
                        file("a", "").pax("uid", "4294967295")),
                refused(Kind.CORRUPT, "a gid beyond 32 bits", dir("a").pax("gid", "4294967296")),
                refused(Kind.CORRUPT, "a device number beyond its bits", block("a", 4096 + 8, 0)),
                refused(Kind.CORRUPT, "a minor number beyond its bits", block("a", 8, 1 << 20)),
                refused(
                        Kind.CORRUPT,
                        "a sum that is wrong behind a valid start",
                        file("a", ""),
                        file("b", "").badChecksum()),
                refused(
                        Kind.TRUNCATED,
                        "content that ends early behind a valid start",
                        file("a", ""),
                        file("b", "x").size(100_000)));
    }
}
