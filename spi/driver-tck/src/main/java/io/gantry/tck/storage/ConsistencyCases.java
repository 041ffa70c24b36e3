package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Finding and mending what does not fit. */
interface ConsistencyCases extends StorageCases {
    List<Damage> damages();

    @Test
    default void aSoundDriverHasNoFaults() throws IOException {
        ConsistencyChecker checker = offered(ConsistencyChecker.class);
        assertThat(checker.check()).isEmpty();
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        bench().layer("top", "base", root -> Files.delete(root.resolve("f")));
        bench().base("empty", root -> {});
        bench().prepare("x", "top");
        bench().prepare("bottom");
        bench().driver().view(id("view"), id("top"));
        assertThat(checker.check()).isEmpty();
        bench().in("x", root -> {
            Files.writeString(root.resolve("in-use"), "x");
            assertThat(checker.check()).isEmpty();
        });
        bench().in("view", root -> assertThat(checker.check()).isEmpty());
        bench().driver().remove(id("bottom"));
        bench().driver().remove(id("view"));
        bench().driver().remove(id("empty"));
        assertThat(checker.check()).isEmpty();
        bench().driver().cleanup();
        assertThat(checker.check()).isEmpty();
        bench().reopen();
        assertThat(offered(ConsistencyChecker.class).check()).isEmpty();
        bench().in("x", root -> assertThat(root.resolve("in-use")).hasContent("x"));
    }

    @Test
    default void whatIsUnderWayIsNoFault() throws Exception {
        ConsistencyChecker checker = offered(ConsistencyChecker.class);
        StorageDriver driver = bench().driver();
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        AtomicInteger working = new AtomicInteger(3);
        List<Callable<?>> racers = new ArrayList<>();
        for (int racer = 0; racer < 3; racer++) {
            String name = "t" + racer;
            racers.add(() -> {
                try {
                    for (int i = 0; i < 12; i++) {
                        bench().prepare(name, "base");
                        bench().apply(
                                        name,
                                        target -> Files.writeString(
                                                target.directory().resolve(name), name));
                        driver.commit(id(name), id(name + "-c"));
                        driver.view(id(name + "-v"), id(name + "-c"));
                        driver.remove(id(name + "-v"));
                        driver.remove(id(name + "-c"));
                        if (i % 3 == 0) {
                            driver.cleanup();
                        }
                    }
                } finally {
                    working.decrementAndGet();
                }
                return true;
            });
        }
        racers.add(() -> {
            do {
                assertThat(checker.check()).isEmpty();
            } while (working.get() > 0);
            return true;
        });
        Race.win(patience().toSeconds(), racers);
        assertThat(checker.check()).isEmpty();
        assertThat(driver.layers()).hasSize(1);
    }

    @Test
    default void everyDamageIsFoundAndMendedAndTheRestStays() throws Exception {
        offered(ConsistencyChecker.class);
        List<Damage> damages = damages();
        assumeThat(damages).as("damages() that the driver's test names").isNotEmpty();
        bench().base("keep", root -> Files.writeString(root.resolve("f"), "keep"));
        int number = 0;
        for (Damage damage : damages) {
            try {
                mend(damage, number++);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("after damage \"" + damage.name() + "\": " + e.getMessage(), e);
            }
        }
        note("damages", String.join("; ", damages.stream().map(Damage::name).toList()));
    }

    private void mend(Damage damage, int number) throws Exception {
        bench().base("base" + number, root -> Files.writeString(root.resolve("f"), "base"));
        bench().layer("top" + number, "base" + number, root -> Files.writeString(root.resolve("g"), "top"));
        bench().prepare("free" + number, "keep");
        bench().in("free" + number, root -> Files.writeString(root.resolve("g"), "free"));
        bench().driver().cleanup();
        ConsistencyChecker checker = offered(ConsistencyChecker.class);
        assertThat(checker.check()).isEmpty();
        Damage.Layers layers = new Damage.Layers(id("base" + number), id("top" + number), id("free" + number));

        damage.work().to(bench(), layers);
        List<Fault> faults = checker.check();
        assertThat(checker.check()).as("a second check").isEqualTo(faults);

        assertThat(faults)
                .as("the faults found")
                .anyMatch(fault -> fault.kind() == damage.kind()
                        && fault.layer().equals(damage.about().of(layers)));
        for (Fault fault : faults) {
            assertThat(fault.subject()).isNotBlank();
            assertThat(fault.detail()).isNotBlank();
            assertThat(fault.remedy()).isNotBlank();
            assertThat(fault.layer()).as("%s is about nothing else", fault).isNotEqualTo(Optional.of(id("keep")));
        }
        for (int i = faults.size() - 1; i >= 0; i--) {
            repair(checker, faults.get(i));
        }
        assertThat(checker.check()).as("faults that are left after repair").isEmpty();
        faults.forEach(checker::repair);
        assertThat(checker.check()).as("faults after a repair of what is gone").isEmpty();
        assertSound();
        bench().reopen();
        assertThat(offered(ConsistencyChecker.class).check()).isEmpty();
        assertSound();
        childrenFirst().stream()
                .filter(layer -> !layer.id().equals(id("keep")))
                .forEach(layer -> bench().driver().remove(layer.id()));
    }

    /** A layer that others stand on is not removed before them, which the user has to decide. */
    private void repair(ConsistencyChecker checker, Fault fault) {
        try {
            checker.repair(fault);
        } catch (FailedPreconditionException e) {
            List<LayerInfo> above = childrenFirst().stream()
                    .filter(layer ->
                            layer.parent().isPresent() && layer.parent().equals(fault.layer()))
                    .toList();
            assertThat(above)
                    .as("layers that stand in the way of %s: %s", fault, e)
                    .isNotEmpty();
            above.forEach(layer -> bench().driver().remove(layer.id()));
            checker.repair(fault);
        }
    }

    private List<LayerInfo> childrenFirst() {
        List<LayerInfo> layers = new ArrayList<>(bench().driver().layers());
        Collections.reverse(layers);
        return layers;
    }

    /** Whatever is listed can be mounted, and what was not harmed is as it was. */
    private void assertSound() throws IOException {
        assertThat(bench().driver().stat(id("keep"))).isPresent();
        for (LayerInfo layer : bench().driver().layers()) {
            StorageBench.Work look = root -> assertThat(root.resolve("f"))
                    .hasContent(
                            layer.id().value().startsWith("free") || layer.id().equals(id("keep")) ? "keep" : "base");
            if (layer.kind() == LayerInfo.Kind.COMMITTED) {
                bench().look(layer.id().value(), look);
            } else {
                bench().in(layer.id().value(), look);
            }
        }
    }

    @Test
    default void aFaultThatIsGoneIsMendedByDoingNothing() throws IOException {
        ConsistencyChecker checker = offered(ConsistencyChecker.class);
        bench().base("base", root -> Files.writeString(root.resolve("f"), "base"));
        List<LayerInfo> before = bench().driver().layers();

        checker.repair(new Fault(Kind.UNMOUNTABLE, Optional.of(id("base")), "nowhere", "it is not so", "none"));
        checker.repair(new Fault(Kind.UNACCOUNTED, Optional.empty(), "nowhere", "it is not so", "none"));

        assertThat(bench().driver().layers()).isEqualTo(before);
        bench().look("base", root -> assertThat(root.resolve("f")).hasContent("base"));
    }
}
