package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.character;
import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.fifo;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.opaque;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.TarItem;
import io.gantry.linux.KernelString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What layers add up to, whatever way they are applied: the OCI image specification's rules, and Docker's where it is silent. */
class LayerSemanticsTest {
    /** Layers, and what the whole shows. */
    private record Case(String name, List<TarItem[]> layers, List<String> shown) {
        static Case of(String name) {
            return new Case(name, new ArrayList<>(), new ArrayList<>());
        }

        Case layer(TarItem... items) {
            layers.add(items);
            return this;
        }

        Case shows(String... lines) {
            Collections.addAll(shown, lines);
            Collections.sort(shown);
            return this;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("casesInAllModes")
    void layersAddUp(Case one, Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            for (TarItem[] layer : one.layers()) {
                stack.apply(layer);
            }
            assertThat(stack.shown()).isEqualTo(one.shown());
        }
    }

    static Stream<Arguments> casesInAllModes() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(plainCases());
        cases.addAll(whiteoutCases());
        cases.addAll(opaqueCases());
        cases.addAll(replacementCases());
        cases.addAll(linkCases());
        return cases.stream().flatMap(one -> Stream.of(Mode.values()).map(mode -> Arguments.of(one, mode)));
    }

    private static List<Case> plainCases() {
        String latin = KernelString.decode(new byte[] {'a', (byte) 0xE9});
        return List.of(
                Case.of("nothing").layer().shows(),
                Case.of("every kind")
                        .layer(dir("d"), file("d/f", "x"), symlink("l", "d/f"), fifo("p"), character("c", 1, 3))
                        .shows("d/", "d/f=x", "l->d/f", "p:FIFO 0:0", "c:CHARACTER_DEVICE 1:3"),
                Case.of("parents that no entry describes")
                        .layer(file("a/b/c", "x"))
                        .shows("a/", "a/b/", "a/b/c=x"),
                Case.of("names with dots, slashes and spaces")
                        .layer(
                                file("./a", "1"),
                                file("/b", "2"),
                                file("c//d", "3"),
                                file("..e", "4"),
                                file(" ", "5"),
                                file("f/../g", "6"),
                                dir("./"))
                        .shows("a=1", "b=2", "c/", "c/d=3", "..e=4", " =5", "g=6"),
                Case.of("a file whose name ends with a slash")
                        .layer(file("f/", "x"))
                        .shows("f=x"),
                Case.of("names that are not UTF-8").layer(file(latin, "x")).shows(latin + "=x"),
                Case.of("a name twice in a layer")
                        .layer(file("a", "1"), file("a", "2"))
                        .shows("a=2"),
                Case.of("layers over each other")
                        .layer(dir("d"), file("d/a", "1"), file("d/b", "1"))
                        .layer(file("d/b", "2"), file("d/c", "2"))
                        .layer(file("d/c", "3"))
                        .shows("d/", "d/a=1", "d/b=2", "d/c=3"));
    }

    private static List<Case> whiteoutCases() {
        return List.of(
                Case.of("whiteout of a file")
                        .layer(file("a", "1"), file("b", "1"))
                        .layer(whiteout("a"))
                        .shows("b=1"),
                Case.of("whiteout of a directory")
                        .layer(file("d/a", "1"), file("b", "1"))
                        .layer(whiteout("d"))
                        .shows("b=1"),
                Case.of("whiteout below a directory that has no entry")
                        .layer(file("d/e/a", "1"), file("d/e/b", "1"))
                        .layer(whiteout("d/e/a"))
                        .shows("d/", "d/e/", "d/e/b=1"),
                Case.of("whiteout of a symbolic link, not of its target")
                        .layer(file("a", "1"), symlink("l", "a"))
                        .layer(whiteout("l"))
                        .shows("a=1"),
                Case.of("whiteout behind a symbolic link")
                        .layer(file("d/a", "1"), file("d/b", "1"), symlink("l", "d"))
                        .layer(whiteout("l/a"))
                        .shows("d/", "d/b=1", "l->d"),
                Case.of("whiteout behind a dead symbolic link")
                        .layer(file("a", "1"), symlink("l", "nowhere"))
                        .layer(whiteout("l/a"))
                        .shows("a=1", "l->nowhere"),
                Case.of("whiteout of nothing")
                        .layer(file("a", "1"))
                        .layer(whiteout("b"), whiteout("c/d"))
                        .shows("a=1"),
                Case.of("whiteouts in the first layer")
                        .layer(whiteout("a"), file("a", "1"), whiteout("a"), opaque("d"))
                        .shows("a=1", "d/"),
                Case.of("a file, then its whiteout")
                        .layer(file("a", "1"))
                        .layer(file("a", "2"), whiteout("a"))
                        .shows("a=2"),
                Case.of("a whiteout, then the file")
                        .layer(file("a", "1"))
                        .layer(whiteout("a"), file("a", "2"))
                        .shows("a=2"),
                Case.of("a whiteout, then a directory")
                        .layer(file("d/a", "1"))
                        .layer(whiteout("d"), dir("d"), file("d/b", "2"))
                        .shows("d/", "d/b=2"),
                Case.of("a whiteout, then an empty directory")
                        .layer(file("d/a", "1"))
                        .layer(whiteout("d"), dir("d"))
                        .shows("d/"),
                Case.of("a directory, then its whiteout")
                        .layer(file("d/a", "1"))
                        .layer(dir("d"), file("d/b", "2"), whiteout("d"))
                        .shows("d/", "d/b=2"),
                Case.of("a file in a directory without entry, then the directory's whiteout")
                        .layer(file("d/a", "1"), file("d/s/c", "1"))
                        .layer(file("d/b", "2"), whiteout("d"))
                        .shows("d/", "d/b=2"),
                Case.of("a whiteout, then a file below without entry for the directory")
                        .layer(file("d/a", "1"), file("d/s/x", "1"))
                        .layer(whiteout("d"), file("d/s/b", "2"))
                        .shows("d/", "d/s/", "d/s/b=2"),
                Case.of("a whiteout, then something of another kind")
                        .layer(file("d/a", "1"))
                        .layer(whiteout("d"), symlink("d", "e"))
                        .shows("d->e"),
                Case.of("whiteout and back over three layers")
                        .layer(file("d/a", "1"))
                        .layer(whiteout("d"))
                        .layer(dir("d"), file("d/b", "3"))
                        .shows("d/", "d/b=3"),
                Case.of("whiteout of what a middle layer brought back")
                        .layer(file("d/a", "1"))
                        .layer(whiteout("d/a"))
                        .layer(file("d/a", "3"))
                        .layer(whiteout("d/a"))
                        .shows("d/"),
                Case.of("a whiteout in a directory that no layer beneath has")
                        .layer(file("a", "1"))
                        .layer(dir("d"), whiteout("d/x"), file("d/y", "2"))
                        .shows("a=1", "d/", "d/y=2"),
                Case.of("a whiteout in a directory in place of a file")
                        .layer(file("d", "1"))
                        .layer(dir("d"), whiteout("d/x"))
                        .shows("d/"),
                Case.of("the same whiteout twice")
                        .layer(file("a", "1"))
                        .layer(whiteout("a"), whiteout("a"))
                        .shows(),
                Case.of("whiteout of a name that looks like one")
                        .layer(file("a.wh.b", "1"), file("c", "1"))
                        .layer(whiteout("a.wh.b"))
                        .shows("c=1"),
                Case.of("AUFS's own files")
                        .layer(dir(".wh..wh.orph"), file(".wh..wh.aufs", ""), file("d/.wh..wh.x", ""), file("a", "1"))
                        .shows("a=1"));
    }

    private static List<Case> opaqueCases() {
        return List.of(
                Case.of("opaque mark first")
                        .layer(file("d/a", "1"), file("d/s/b", "1"))
                        .layer(opaque("d"), file("d/c", "2"))
                        .shows("d/", "d/c=2"),
                Case.of("opaque mark last")
                        .layer(file("d/a", "1"), file("d/s/b", "1"))
                        .layer(dir("d"), file("d/c", "2"), opaque("d"))
                        .shows("d/", "d/c=2"),
                Case.of("opaque mark between, directories below it without entry")
                        .layer(file("d/s/a", "1"), file("d/t/b", "1"))
                        .layer(file("d/s/c", "2"), opaque("d"), file("d/t/d", "2"))
                        .shows("d/", "d/s/", "d/s/c=2", "d/t/", "d/t/d=2"),
                Case.of("opaque mark spares the layer's own")
                        .layer(file("d/a", "1"))
                        .layer(file("d/a", "2"), opaque("d"))
                        .shows("d/", "d/a=2"),
                Case.of("opaque mark where nothing is")
                        .layer(file("a", "1"))
                        .layer(opaque("d"))
                        .shows("a=1", "d/"),
                Case.of("opaque mark in the root")
                        .layer(file("d/a", "1"), file("b", "1"), file("e/f", "1"))
                        .layer(opaque(""), file("e/g", "2"), file("c", "2"))
                        .shows("c=2", "e/", "e/g=2"),
                Case.of("opaque mark in the root, last")
                        .layer(file("d/a", "1"), file("b", "1"))
                        .layer(file("e/f", "2"), whiteout("b"))
                        .layer(dir("d"), file("c", "3"), opaque(""))
                        .shows("c=3", "d/"),
                Case.of("whiteouts below an opaque directory")
                        .layer(file("d/a", "1"), file("d/s/b", "1"))
                        .layer(whiteout("d/a"), opaque("d"), dir("d/s"), whiteout("d/s/b"))
                        .shows("d/", "d/s/"),
                Case.of("opaque within opaque")
                        .layer(file("d/s/a", "1"))
                        .layer(opaque("d"), dir("d/s"), opaque("d/s"), file("d/s/b", "2"))
                        .shows("d/", "d/s/", "d/s/b=2"),
                Case.of("opaque, and filled again by the next layer")
                        .layer(file("d/a", "1"))
                        .layer(opaque("d"))
                        .layer(file("d/b", "3"))
                        .shows("d/", "d/b=3"),
                Case.of("a file behind a symbolic link to an opaque directory")
                        .layer(file("d/a", "1"), symlink("l", "d"))
                        .layer(opaque("l"), file("l/b", "2"))
                        .shows("d/", "d/b=2", "l->d"));
    }

    private static List<Case> replacementCases() {
        return List.of(
                Case.of("a file for a directory")
                        .layer(file("d/a", "1"))
                        .layer(file("d", "2"))
                        .shows("d=2"),
                Case.of("a directory for a file")
                        .layer(file("d", "1"))
                        .layer(dir("d"), file("d/a", "2"))
                        .shows("d/", "d/a=2"),
                Case.of("a directory for a symbolic link to one")
                        .layer(file("e/a", "1"), symlink("d", "e"))
                        .layer(dir("d"), file("d/b", "2"))
                        .shows("d/", "d/b=2", "e/", "e/a=1"),
                Case.of("a symbolic link for a directory")
                        .layer(file("d/a", "1"))
                        .layer(symlink("d", "e"))
                        .shows("d->e"),
                Case.of("within a layer: a directory for a file")
                        .layer(file("d", "1"), dir("d"), file("d/a", "1"))
                        .shows("d/", "d/a=1"),
                Case.of("within a layer: a file for a directory")
                        .layer(file("d/a", "1"), file("d", "1"))
                        .shows("d=1"),
                Case.of("within a layer: directory, link, directory again")
                        .layer(file("d/a", "1"), file("e/b", "1"))
                        .layer(dir("d"), symlink("d", "e"), dir("d"), file("d/c", "2"))
                        .shows("d/", "d/c=2", "e/", "e/b=1"),
                Case.of("within a layer: a link for a directory with content, then through it")
                        .layer(file("d/a", "1"), dir("e"))
                        .layer(file("d/b", "2"), symlink("d", "e"), file("d/c", "2"))
                        .shows("d->e", "e/", "e/c=2"),
                Case.of("a deep tree replaced and made again")
                        .layer(file("d/s/t/a", "1"))
                        .layer(file("d", "2"), dir("d"), dir("d/s"), file("d/s/b", "2"))
                        .shows("d/", "d/s/", "d/s/b=2"));
    }

    private static List<Case> linkCases() {
        return List.of(
                Case.of("through a symbolic link of the layer")
                        .layer(dir("d"), symlink("l", "d"), file("l/a", "1"))
                        .shows("d/", "d/a=1", "l->d"),
                Case.of("through a symbolic link of the layer beneath")
                        .layer(dir("usr/lib"), symlink("lib", "usr/lib"))
                        .layer(file("lib/a", "2"))
                        .shows("lib->usr/lib", "usr/", "usr/lib/", "usr/lib/a=2"),
                Case.of("through an absolute symbolic link, relative to the root")
                        .layer(dir("usr/lib"), symlink("lib", "/usr/lib"))
                        .layer(file("lib/a", "2"))
                        .shows("lib->/usr/lib", "usr/", "usr/lib/", "usr/lib/a=2"),
                Case.of("through a chain of symbolic links")
                        .layer(dir("a/b/c"), symlink("a/l1", "../m"), symlink("m", "a/b"))
                        .layer(file("a/l1/c/f", "2"))
                        .shows("a/", "a/b/", "a/b/c/", "a/b/c/f=2", "a/l1->../m", "m->a/b"),
                Case.of("a symbolic link to a directory that is not there yet")
                        .layer(symlink("l", "d/e"), file("l/a", "1"))
                        .shows("d/", "d/e/", "d/e/a=1", "l->d/e"),
                Case.of("a symbolic link's text is kept as it is")
                        .layer(symlink("l", "/../../x/./y//"))
                        .shows("l->/../../x/./y//"),
                Case.of("hard links")
                        .layer(file("a", "1"), hardLink("b", "a"), hardLink("d/c", "./a"))
                        .shows("a=1", "b=1", "d/", "d/c=1"),
                Case.of("a hard link by an absolute name")
                        .layer(file("d/a", "1"), hardLink("b", "/d/a"))
                        .shows("b=1", "d/", "d/a=1"),
                Case.of("a hard link to a symbolic link")
                        .layer(file("a", "1"), symlink("l", "a"), hardLink("m", "l"))
                        .shows("a=1", "l->a", "m->a"),
                Case.of("a hard link to a FIFO and a device")
                        .layer(fifo("p"), character("c", 1, 3), hardLink("q", "p"), hardLink("d", "c"))
                        .shows("p:FIFO 0:0", "q:FIFO 0:0", "c:CHARACTER_DEVICE 1:3", "d:CHARACTER_DEVICE 1:3"),
                Case.of("a hard link to itself")
                        .layer(file("a", "1"), hardLink("a", "a"))
                        .shows("a=1"),
                Case.of("a hard link in place of something else")
                        .layer(file("a", "1"), file("d/x", "1"), hardLink("d", "a"))
                        .shows("a=1", "d=1"),
                Case.of("a hard link to the layer beneath")
                        .layer(file("d/a", "1"))
                        .layer(hardLink("b", "d/a"))
                        .shows("b=1", "d/", "d/a=1"),
                Case.of("a hard link to a symbolic link of the layer beneath")
                        .layer(file("a", "1"), symlink("l", "a"))
                        .layer(hardLink("m", "l"))
                        .shows("a=1", "l->a", "m->a"),
                Case.of("a hard link through a symbolic link")
                        .layer(file("d/a", "1"), symlink("l", "/d"))
                        .layer(hardLink("b", "l/a"))
                        .shows("b=1", "d/", "d/a=1", "l->/d"),
                Case.of("a hard link to a file that two layers beneath have")
                        .layer(file("a", "1"))
                        .layer(file("a", "2"))
                        .layer(hardLink("b", "a"))
                        .shows("a=2", "b=2"),
                Case.of("hard links from AUFS's pool")
                        .layer(
                                dir(".wh..wh.plnk"),
                                file(".wh..wh.plnk/9.1", "1"),
                                hardLink("a", ".wh..wh.plnk/9.1"),
                                hardLink("b", ".wh..wh.plnk/9.1"))
                        .shows("a=1", "b=1"));
    }
}
