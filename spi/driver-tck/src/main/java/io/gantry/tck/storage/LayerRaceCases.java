package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Several threads at once: on layers of their own, on one parent, and against each other. */
interface LayerRaceCases extends StorageCases {
    int RACERS = 6;
    int ROUNDS = 12;

    @Test
    default void manyThreadsMakeLookAtAndRemoveLayersOnOneParent() throws Exception {
        List<String> unused = leftovers();
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        StorageDriver driver = bench().driver();
        List<Callable<?>> racers = new ArrayList<>();
        for (int racer = 0; racer < RACERS; racer++) {
            String name = "t" + racer;
            racers.add(() -> {
                for (int i = 0; i < 6; i++) {
                    String layer = name + "-" + i;
                    bench().prepare(name, "base");
                    write(name, layer);
                    driver.commit(id(name), id(layer));
                    driver.view(id(name + "-view"), id(layer));
                    bench().in(name + "-view", root -> {
                        assertThat(root.resolve("f")).hasContent("base");
                        assertThat(root.resolve(layer)).hasContent(layer);
                    });
                    driver.usage(id(layer));
                    driver.remove(id(name + "-view"));
                    if (i % 3 != 0) {
                        driver.remove(id(layer));
                        driver.cleanup();
                    }
                }
                return true;
            });
        }
        Race.win(patience().toSeconds(), racers);

        assertThat(driver.layers()).hasSize(1 + RACERS * 2);
        bench().look("base", root -> assertThat(root).isDirectoryNotContaining("glob:**t?-?"));
        bench().reopen();
        for (int racer = 0; racer < RACERS; racer++) {
            String layer = "t" + racer + "-3";
            bench().look(layer, root -> {
                assertThat(root.resolve("f")).hasContent("base");
                assertThat(root.resolve(layer)).hasContent(layer);
                assertThat(root.resolve(layer.replace("-3", "-0"))).doesNotExist();
            });
        }
        assertNothingIsLeft(unused);
    }

    @Test
    default void manyChainsGrowSideBySide() throws Exception {
        StorageDriver driver = bench().driver();
        List<Callable<?>> racers = new ArrayList<>();
        for (int racer = 0; racer < RACERS; racer++) {
            String name = "c" + racer + "-";
            racers.add(() -> {
                Optional<LayerId> parent = Optional.empty();
                for (int i = 0; i < 8; i++) {
                    driver.prepare(id(name + "new"), parent, LayerOptions.none());
                    write(name + "new", name + i);
                    driver.commit(id(name + "new"), id(name + i));
                    parent = Optional.of(id(name + i));
                }
                return true;
            });
        }
        Race.win(patience().toSeconds(), racers);

        assertThat(driver.layers()).hasSize(RACERS * 8);
        for (int racer = 0; racer < RACERS; racer++) {
            String name = "c" + racer + "-";
            bench().look(name + "7", root -> {
                for (int i = 0; i < 8; i++) {
                    assertThat(root.resolve(name + i)).hasContent(name + i);
                }
            });
        }
    }

    @Test
    default void eitherAParentIsRemovedOrALayerIsMadeOnIt() throws Exception {
        List<String> unused = leftovers();
        StorageDriver driver = bench().driver();
        for (int round = 0; round < ROUNDS; round++) {
            LayerId base = bench().base("base" + round, root -> Files.writeString(root.resolve("f"), "base"))
                    .id();
            LayerId child = id("child" + round);
            boolean view = round % 2 == 1;
            List<Optional<Throwable>> thrown = Race.run(
                    patience().toSeconds(),
                    List.of(
                            () -> {
                                driver.remove(base);
                                return true;
                            },
                            () -> view
                                    ? driver.view(child, base)
                                    : driver.prepare(child, Optional.of(base), LayerOptions.none())));

            boolean removed = driver.stat(base).isEmpty();
            boolean made = driver.stat(child).isPresent();
            assertThat(thrown.get(0).isEmpty())
                    .as("removing worked: %s", thrown)
                    .isEqualTo(removed);
            assertThat(thrown.get(1).isEmpty()).as("making worked: %s", thrown).isEqualTo(made);
            assertThat(removed ^ made).as("one of both happened: %s", thrown).isTrue();
            thrown.get(0).ifPresent(e -> assertThat(e).isInstanceOf(FailedPreconditionException.class));
            thrown.get(1)
                    .ifPresent(e ->
                            assertThat(e).isInstanceOfAny(NotFoundException.class, FailedPreconditionException.class));
            if (made) {
                bench().in(child.value(), root -> assertThat(root.resolve("f")).hasContent("base"));
            }
        }
        assertNothingIsLeft(unused);
    }

    @Test
    default void ofManyWhoWantOneNameOneGetsIt() throws Exception {
        List<String> unused = leftovers();
        bench().base("base", root -> {});
        StorageDriver driver = bench().driver();
        for (int round = 0; round < ROUNDS; round++) {
            LayerId name = id("wanted" + round);
            List<Callable<?>> racers = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                Optional<LayerId> parent = racer % 2 == 0 ? Optional.empty() : Optional.of(id("base"));
                boolean view = racer % 3 == 2;
                racers.add(
                        () -> view ? driver.view(name, id("base")) : driver.prepare(name, parent, LayerOptions.none()));
            }
            assertOneWon(Race.run(patience().toSeconds(), racers));
            bench().in(name.value(), root -> assertThat(root).isDirectory());
        }
        assertThat(driver.layers()).hasSize(1 + ROUNDS);
        assertNothingIsLeft(unused);
    }

    @Test
    default void ofManyCommitsToOneNameOneSucceedsAndTheOthersStayActive() throws Exception {
        StorageDriver driver = bench().driver();
        bench().base("base", root -> {});
        List<Callable<?>> racers = new ArrayList<>();
        for (int racer = 0; racer < RACERS; racer++) {
            String active = "a" + racer;
            bench().prepare(active, "base");
            write(active, active);
            racers.add(() -> driver.commit(id(active), id("wanted")));
        }
        List<Optional<Throwable>> thrown = Race.run(patience().toSeconds(), racers);

        assertOneWon(thrown);
        for (int racer = 0; racer < RACERS; racer++) {
            String active = "a" + racer;
            if (thrown.get(racer).isEmpty()) {
                assertThat(driver.stat(id(active))).isEmpty();
                bench().look("wanted", root -> assertThat(root.resolve(active)).hasContent(active));
            } else {
                assertThat(driver.stat(id(active)).map(LayerInfo::kind)).contains(Kind.ACTIVE);
                driver.commit(id(active), id("own-" + active));
                bench().look(
                                "own-" + active,
                                root -> assertThat(root.resolve(active)).hasContent(active));
            }
        }
        assertThat(driver.layers()).hasSize(1 + RACERS);
    }

    @Test
    default void aLayerIsCommittedOnceByHoweverMany() throws Exception {
        StorageDriver driver = bench().driver();
        for (int round = 0; round < ROUNDS; round++) {
            String active = "a" + round;
            bench().prepare(active);
            write(active, active);
            List<Callable<?>> racers = new ArrayList<>();
            for (int racer = 0; racer < 3; racer++) {
                LayerId name = id(active + "-" + racer);
                racers.add(() -> driver.commit(id(active), name));
            }
            List<Optional<Throwable>> thrown = Race.run(patience().toSeconds(), racers);

            assertThat(thrown.stream().filter(Optional::isEmpty))
                    .as("%s", thrown)
                    .hasSize(1);
            thrown.stream()
                    .flatMap(Optional::stream)
                    .forEach(e ->
                            assertThat(e).isInstanceOfAny(NotFoundException.class, FailedPreconditionException.class));
            String winner = active + "-" + thrown.indexOf(Optional.<Throwable>empty());
            bench().look(winner, root -> assertThat(root.resolve(active)).hasContent(active));
        }
        assertThat(driver.layers()).hasSize(ROUNDS).allMatch(layer -> layer.kind() == Kind.COMMITTED);
    }

    @Test
    default void aLayerIsRemovedByManyAsByOne() throws Exception {
        List<String> unused = leftovers();
        StorageDriver driver = bench().driver();
        for (int round = 0; round < ROUNDS; round++) {
            String layer = "x" + round;
            bench().base(layer, root -> Files.write(root.resolve("f"), new byte[100_000]));
            List<Callable<?>> racers = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                boolean cleaner = racer % 3 == 0;
                racers.add(() -> {
                    if (cleaner) {
                        driver.cleanup();
                    } else {
                        driver.remove(id(layer));
                    }
                    return true;
                });
            }
            Race.run(patience().toSeconds(), racers)
                    .forEach(thrown ->
                            thrown.ifPresent(e -> assertThat(e).isInstanceOf(FailedPreconditionException.class)));
            assertThat(driver.stat(id(layer))).isEmpty();
        }
        assertNothingIsLeft(unused);
    }

    @Test
    default void aListIsWholeWhateverChangesMeanwhile() throws Exception {
        StorageDriver driver = bench().driver();
        bench().base("base", root -> {});
        AtomicBoolean done = new AtomicBoolean();
        List<Callable<?>> racers = new ArrayList<>();
        for (int racer = 0; racer < 3; racer++) {
            String name = "t" + racer;
            racers.add(() -> {
                try {
                    for (int i = 0; i < 15; i++) {
                        bench().prepare(name, "base");
                        driver.commit(id(name), id(name + "-a"));
                        bench().prepare(name, name + "-a");
                        driver.commit(id(name), id(name + "-b"));
                        driver.remove(id(name + "-b"));
                        driver.remove(id(name + "-a"));
                    }
                } finally {
                    done.set(true);
                }
                return true;
            });
        }
        racers.add(() -> {
            do {
                Set<LayerId> seen = new HashSet<>();
                for (LayerInfo layer : driver.layers()) {
                    layer.parent().ifPresent(parent -> assertThat(seen).contains(parent));
                    assertThat(seen.add(layer.id())).isTrue();
                }
                assertThat(seen).contains(id("base"));
            } while (!done.get());
            return true;
        });
        Race.win(patience().toSeconds(), racers);
        assertThat(driver.layers()).hasSize(1);
    }

    private void write(String active, String name) throws IOException {
        bench().apply(active, target -> Files.writeString(target.directory().resolve(name), name));
    }

    private void assertNothingIsLeft(List<String> unused) throws Exception {
        List<LayerInfo> layers = new ArrayList<>(bench().driver().layers());
        Collections.reverse(layers);
        layers.forEach(layer -> bench().driver().remove(layer.id()));
        assertThat(bench().driver().layers()).isEmpty();
        awaitNothingLeft(unused);
    }

    private static void assertOneWon(List<Optional<Throwable>> thrown) {
        assertThat(thrown.stream().filter(Optional::isEmpty))
                .as("winners, of %s", thrown)
                .hasSize(1);
        thrown.stream()
                .flatMap(Optional::stream)
                .forEach(e ->
                        assertThat(e).isInstanceOfAny(AlreadyExistsException.class, FailedPreconditionException.class));
    }
}
