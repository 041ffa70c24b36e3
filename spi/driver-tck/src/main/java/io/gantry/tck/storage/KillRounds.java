package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.MountTable;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Kills one process after another that works on the layers of a bench, and looks at what each left. Not thread-safe. */
final class KillRounds implements AutoCloseable {
    private static final int MOST_REPORTS = 40;
    private static final int MOST_COMMITTED = 12;
    private static final int ROUNDS_BETWEEN_PURGES = 15;

    private final StorageCases cases;
    private final StorageBench bench;
    private final Random random;
    private final List<String> unused;
    private final List<String> mounts;
    private ChurnLedger ledger = new ChurnLedger();
    private ChurnProcess spare;
    private String base = "";
    private long nanosPerReport = 1_000_000;
    private int round;

    KillRounds(StorageCases cases, long seed) throws IOException {
        this.cases = cases;
        bench = cases.bench();
        random = new Random(seed);
        bench.reopen();
        unused = cases.leftovers();
        mounts = mounts();
        spare = start();
    }

    /** Kills once and looks. */
    void next(boolean last) throws IOException, InterruptedException {
        if (base.isEmpty()) {
            base = "base" + round;
            bench.base(base, root -> ChurnContent.write(root, base, List.of()));
            ledger.holds(base, Optional.empty());
        }
        churnAndKill();
        bench.reopen();
        if (random.nextBoolean()) {
            bench.driver().cleanup();
        }
        ledger.settle(bench.driver().layers());
        boolean thorough = last || round % ROUNDS_BETWEEN_PURGES == ROUNDS_BETWEEN_PURGES - 1;
        for (LayerInfo layer : bench.driver().layers()) {
            if (layer.kind() != Kind.COMMITTED) {
                checkMountable(layer.id().value());
            } else if (ledger.isFresh(layer.id().value()) || thorough) {
                checkCommitted(layer.id().value());
            }
        }
        if (thorough) {
            purge();
        } else {
            trim();
        }
        round++;
    }

    @Override
    public void close() {
        spare.close();
    }

    private ChurnProcess start() throws IOException {
        return ChurnProcess.start(
                bench, Long.toString(16 * cases.leastLimit()), cases.patience().toSeconds());
    }

    private void churnAndKill() throws IOException, InterruptedException {
        int reports = 1 + random.nextInt(MOST_REPORTS);
        double delay = random.nextDouble();
        boolean soon = random.nextBoolean();
        bench.driver().close();
        try (ChurnProcess churn = spare) {
            churn.go(random.nextInt(1 << 30), "r" + round, base);
            if (reports == 1) {
                // Within the opening.
                pause((long) (delay * 20 * nanosPerReport));
            } else {
                long begin = System.nanoTime();
                churn.take(reports, ledger::hear);
                nanosPerReport = Math.max(10_000, (System.nanoTime() - begin) / reports);
                // Any time within the next steps, or within the instants after this one.
                pause(
                        soon
                                ? (long) Math.pow((double) nanosPerReport, delay)
                                : (long) (delay * 2 * LayerChurn.THREADS * nanosPerReport));
            }
            churn.kill(ledger::hear);
        } finally {
            spare = start();
        }
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            if (left > 200_000) {
                LockSupport.parkNanos(left - 100_000);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private void checkCommitted(String name) throws IOException {
        bench.look(name, shown -> ChurnContent.check(shown, name, ledger.beneath(name)));
    }

    private void checkMountable(String name) throws IOException {
        List<String> beneath = ledger.beneath(name);
        bench.in(name, shown -> {
            if (ledger.content(name) == ChurnLedger.Content.ALL) {
                ChurnContent.check(shown, name.substring(0, name.length() - "-new".length()), beneath);
            } else {
                ChurnContent.checkBeneath(shown, beneath);
            }
        });
    }

    /** Removes some of what is there, so that the rounds to come are no slower than this one. */
    private void trim() {
        List<LayerInfo> childrenFirst = childrenFirst();
        int committed = (int) childrenFirst.stream()
                .filter(layer -> layer.kind() == Kind.COMMITTED)
                .count();
        for (LayerInfo layer : childrenFirst) {
            String name = layer.id().value();
            boolean inUse = bench.driver().layers().stream()
                    .anyMatch(other -> other.parent().equals(Optional.of(layer.id())));
            if (inUse || name.equals(base)) {
                continue;
            }
            if (layer.kind() != Kind.COMMITTED ? random.nextInt(3) > 0 : committed > MOST_COMMITTED) {
                remove(layer);
                committed -= layer.kind() == Kind.COMMITTED ? 1 : 0;
            }
        }
    }

    private void purge() throws IOException, InterruptedException {
        childrenFirst().forEach(this::remove);
        assertThat(bench.driver().layers()).isEmpty();
        cases.awaitNothingLeft(unused);
        assertThat(mounts()).as("mounts that are left when all layers are gone").isEqualTo(mounts);
        ledger = new ChurnLedger();
        base = "";
    }

    private void remove(LayerInfo layer) {
        bench.driver().remove(layer.id());
        ledger.forget(layer.id().value());
    }

    private List<LayerInfo> childrenFirst() {
        List<LayerInfo> layers = new ArrayList<>(bench.driver().layers());
        Collections.reverse(layers);
        return layers;
    }

    private List<String> mounts() {
        Path root = bench.context().root();
        return MountTable.read().beneath(root).stream()
                .map(MountTable.Entry::mountPoint)
                .sorted()
                .toList();
    }
}
