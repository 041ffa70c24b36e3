package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Stat;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.Rebaser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Layers that are applied side by side and put on their parents afterwards. */
interface RebaseCases extends StorageCases {
    @Test
    default void aRebaseTakesALayerOntoItsParent() throws IOException {
        Rebaser rebaser = offered(Rebaser.class);
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench().prepare("x");
        bench().in("x", root -> Files.writeString(root.resolve("g"), "top"));
        LayerInfo committed = rebaser.commitOnto(id("x"), id("y"), id("base"));

        assertThat(committed.parent()).contains(id("base"));
        assertThat(committed.kind()).isEqualTo(Kind.COMMITTED);
        assertThat(bench().driver().stat(id("x"))).isEmpty();
        bench().reopen();
        assertThat(bench().driver().stat(id("y"))).contains(committed);
        bench().look("y", root -> {
            assertThat(root.resolve("f")).hasContent("base");
            assertThat(root.resolve("g")).hasContent("top");
        });
        assertThatThrownBy(() -> bench().driver().remove(id("base"))).isInstanceOf(FailedPreconditionException.class);
    }

    @Test
    default void whatCannotBeRebasedIsRefusedAndStays() throws IOException {
        Rebaser rebaser = offered(Rebaser.class);
        bench().base("base", root -> {});
        bench().prepare("x");
        bench().prepare("onto", "base");
        bench().driver().view(id("view"), id("base"));

        assertThatThrownBy(() -> rebaser.commitOnto(id("x"), id("y"), id("nobody")))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> rebaser.commitOnto(id("nobody"), id("y"), id("base")))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> rebaser.commitOnto(id("x"), id("base"), id("base")))
                .isInstanceOf(AlreadyExistsException.class);
        for (String notActiveOrOnAParent : List.of("base", "view", "onto")) {
            assertThatThrownBy(() -> rebaser.commitOnto(id(notActiveOrOnAParent), id("y"), id("base")))
                    .isInstanceOf(FailedPreconditionException.class);
        }
        for (String notCommitted : List.of("onto", "view")) {
            assertThatThrownBy(() -> rebaser.commitOnto(id("x"), id("y"), id(notCommitted)))
                    .isInstanceOf(FailedPreconditionException.class);
        }
        assertThat(bench().driver().layers()).hasSize(4);
        assertThat(rebaser.commitOnto(id("x"), id("y"), id("base")).id()).isEqualTo(id("y"));
    }

    @Test
    default void deletionsHoldForTheParentThatComesLater() throws IOException {
        Rebaser rebaser = offered(Rebaser.class);
        bench().base("base", root -> {
            Files.createDirectories(root.resolve("d/opaque/in"));
            Files.writeString(root.resolve("d/gone"), "x");
            Files.writeString(root.resolve("d/kept"), "x");
            Files.writeString(root.resolve("turned"), "a file");
        });
        bench().prepare("x");
        bench().apply("x", target -> {
            Files.createDirectories(target.directory().resolve("d/opaque"));
            LayerMarks.delete(target, "d", "gone");
            LayerMarks.makeOpaque(target, "d/opaque");
            Files.writeString(target.directory().resolve("d/opaque/new"), "x");
            Files.createDirectory(target.directory().resolve("turned"));
        });
        rebaser.commitOnto(id("x"), id("top"), id("base"));

        bench().look("top", root -> {
            assertThat(root.resolve("d/gone")).doesNotExist();
            assertThat(root.resolve("d/kept")).exists();
            assertThat(root.resolve("d/opaque/in")).doesNotExist();
            assertThat(root.resolve("d/opaque/new")).exists();
            assertThat(root.resolve("turned")).isEmptyDirectory();
        });
        bench().look("base", root -> assertThat(root.resolve("d/gone")).exists());
    }

    @Test
    default void theRootTakesTheParentsAttributesUnlessTheLayerHasItsOwn() throws IOException {
        Rebaser rebaser = offered(Rebaser.class);
        bench().base("base", root -> LayerAttributeCases.attributes(root, 0711, 7, 8, "user.mark", "base"));
        bench().prepare("plain");
        bench().apply("plain", target -> Files.writeString(target.directory().resolve("f"), "x"));
        bench().prepare("own");
        bench().apply(
                        "own",
                        target -> LayerAttributeCases.attributes(target.directory(), 0750, 1, 2, "user.mark", "own"));
        rebaser.commitOnto(id("plain"), id("on-plain"), id("base"));
        rebaser.commitOnto(id("own"), id("on-own"), id("base"));

        bench().look("on-plain", root -> {
            Stat stat = Stat.of(root).orElseThrow();
            assertThat(stat.mode()).isEqualTo(0711);
            assertThat(stat.uid()).isEqualTo(7);
        });
        bench().look("on-own", root -> {
            Stat stat = Stat.of(root).orElseThrow();
            assertThat(stat.mode()).isEqualTo(0750);
            assertThat(stat.gid()).isEqualTo(2);
        });
    }

    @Test
    default void manyLayersAreMadeSideBySideAndPutInOrder() throws Exception {
        Rebaser rebaser = offered(Rebaser.class);
        int layers = 12;
        List<Callable<?>> racers = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            String name = "l" + i;
            int number = i;
            racers.add(() -> {
                bench().prepare(name + ".new");
                bench().apply(name + ".new", target -> {
                    Files.writeString(target.directory().resolve(name), name);
                    Files.writeString(target.directory().resolve("latest"), name);
                    if (number > 0) {
                        LayerMarks.delete(target, "", "gone" + (number - 1));
                    }
                    Files.writeString(target.directory().resolve("gone" + number), "x");
                });
                return true;
            });
        }
        Race.win(patience().toSeconds(), racers);
        bench().driver().commit(id("l0.new"), id("l0"));
        for (int i = 1; i < layers; i++) {
            rebaser.commitOnto(id("l" + i + ".new"), id("l" + i), id("l" + (i - 1)));
        }
        bench().reopen();
        for (int i = 0; i < layers; i++) {
            int number = i;
            bench().look("l" + i, root -> {
                for (int below = 0; below <= number; below++) {
                    assertThat(root.resolve("l" + below)).hasContent("l" + below);
                    assertThat(Files.exists(root.resolve("gone" + below))).isEqualTo(below == number);
                }
                assertThat(root.resolve("l" + (number + 1))).doesNotExist();
                assertThat(root.resolve("latest")).hasContent("l" + number);
            });
        }
    }

    @Test
    default void eitherAParentIsRemovedOrALayerIsPutOnIt() throws Exception {
        Rebaser rebaser = offered(Rebaser.class);
        for (int round = 0; round < 10; round++) {
            String base = "base" + round;
            String active = "x" + round;
            bench().base(base, root -> {});
            bench().prepare(active);
            List<Optional<Throwable>> thrown = Race.run(
                    patience().toSeconds(),
                    List.of(
                            () -> {
                                bench().driver().remove(id(base));
                                return true;
                            },
                            () -> rebaser.commitOnto(id(active), id(active + "-top"), id(base))));

            boolean removed = bench().driver().stat(id(base)).isEmpty();
            assertThat(bench().driver().stat(id(active + "-top")).isPresent())
                    .as("one of both happened: %s", thrown)
                    .isNotEqualTo(removed);
            assertThat(bench().driver().stat(id(active)).isPresent()).isEqualTo(removed);
            assertThat(thrown.get(0).isEmpty()).isEqualTo(removed);
            assertThat(thrown.get(1).isPresent()).isEqualTo(removed);
        }
    }
}
