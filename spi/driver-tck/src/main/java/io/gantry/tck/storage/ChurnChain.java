package io.gantry.tck.storage;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.Rebaser;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.ChurnReport.Step;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/** One thread's work in a {@link LayerChurn}: layers that stand on each other, all on one base. What it does next is drawn from its seed. Not thread-safe. */
final class ChurnChain {
    private static final int LONGEST = 4;

    private final StorageDriver driver;
    private final ExecutorService mounter;
    private final Path place;
    private final String prefix;
    private final String base;
    private final Random random;
    private final Optional<Rebaser> rebaser;
    private final Optional<QuotaController> quotas;
    private final LayerOptions limited;
    private final Deque<String> chain = new ArrayDeque<>();
    private final Deque<String> onTop = new ArrayDeque<>();
    private int made;

    ChurnChain(
            StorageDriverProvider provider,
            StorageDriver driver,
            ExecutorService mounter,
            Path place,
            String prefix,
            String base,
            long seed,
            String limit) {
        this.driver = driver;
        this.mounter = mounter;
        this.place = place;
        this.prefix = prefix;
        this.base = base;
        random = new Random(seed);
        rebaser = driver.capability(Rebaser.class);
        boolean sized = provider.options().stream()
                .anyMatch(option -> option.key().equals("size") && option.scope() == OptionSpec.Scope.OBJECT);
        quotas = driver.capability(QuotaController.class).filter(control -> sized);
        limited = quotas.isEmpty()
                ? LayerOptions.none()
                : new LayerOptions(
                        Options.parse(
                                provider.name(), provider.options(), OptionSpec.Scope.OBJECT, Map.of("size", limit)),
                        Map.of());
    }

    /** Makes, looks at or removes a layer. */
    void turn() throws Exception {
        int choice = random.nextInt(100);
        if (chain.size() == LONGEST && onTop.isEmpty()) {
            finishChain();
        } else if (choice < 55 || chain.isEmpty()) {
            grow();
        } else if (choice < 75) {
            look();
        } else if (choice < 85) {
            driver.cleanup();
        } else if (!onTop.isEmpty()) {
            remove(onTop.pop());
        } else {
            remove(chain.pop());
        }
    }

    private void finishChain() {
        boolean stays = random.nextInt(3) == 0;
        while (!chain.isEmpty()) {
            String top = chain.pop();
            if (!stays) {
                remove(top);
            }
        }
        driver.cleanup();
    }

    private void grow() throws Exception {
        String name = prefix + made++;
        String active = name + "-new";
        if (onTop.isEmpty() && rebaser.isPresent() && random.nextInt(3) == 0 && rebase(active, name)) {
            return;
        }
        String parent = top();
        prepare(active, Optional.of(parent));
        if (quotas.isPresent() && random.nextInt(4) == 0) {
            quotas.get()
                    .limit(
                            LayerId.of(active),
                            2 * limited.options().size("size").orElseThrow());
        }
        write(active, name, beneath());
        driver.usage(LayerId.of(active));
        int choice = random.nextInt(10);
        if (!onTop.isEmpty() || choice == 0) {
            onTop.push(active);
        } else if (choice == 1) {
            remove(active);
        } else {
            LayerChurn.tell(Step.COMMITTING, active, name, parent);
            driver.commit(LayerId.of(active), LayerId.of(name));
            LayerChurn.tell(Step.COMMITTED, active, name, parent);
            chain.push(name);
        }
        if (onTop.size() > 2) {
            remove(onTop.pop());
        }
    }

    /** Whether it could be done in that way. */
    private boolean rebase(String active, String name) throws Exception {
        String parent = top();
        prepare(active, Optional.empty());
        Optional<LayerTarget> target = driver.layerTarget(LayerId.of(active));
        if (target.isEmpty()) {
            remove(active);
            return false;
        }
        LayerChurn.tell(Step.WRITING, active);
        ChurnContent.apply(target.get(), name, beneath());
        LayerChurn.tell(Step.COMMITTING, active, name, parent);
        rebaser.orElseThrow().commitOnto(LayerId.of(active), LayerId.of(name), LayerId.of(parent));
        LayerChurn.tell(Step.COMMITTED, active, name, parent);
        chain.push(name);
        return true;
    }

    private void prepare(String active, Optional<String> parent) {
        LayerOptions options = random.nextInt(4) == 0 ? limited : LayerOptions.none();
        LayerChurn.tell(Step.PREPARING, active, parent.orElse("-"));
        driver.prepare(LayerId.of(active), parent.map(LayerId::of), options);
        LayerChurn.tell(Step.PREPARED, active);
    }

    private void write(String active, String name, List<String> beneath) throws Exception {
        boolean mounted = random.nextInt(3) == 0;
        Optional<LayerTarget> target = driver.layerTarget(LayerId.of(active));
        LayerChurn.tell(Step.WRITING, active);
        if (target.isPresent() && !mounted) {
            ChurnContent.apply(target.get(), name, beneath);
        } else {
            mounted(active, root -> ChurnContent.write(root, name, beneath));
        }
        LayerChurn.tell(Step.WROTE, active);
    }

    private void look() throws Exception {
        String view = prefix + made++ + "-view";
        String parent = top();
        List<String> beneath = beneath();
        LayerChurn.tell(Step.VIEWING, view, parent);
        driver.view(LayerId.of(view), LayerId.of(parent));
        LayerChurn.tell(Step.VIEWED, view);
        if (random.nextBoolean()) {
            mounted(view, root -> ChurnContent.check(root, parent, beneath.subList(1, beneath.size())));
        }
        if (onTop.size() < 2 && random.nextInt(4) == 0) {
            onTop.push(view);
        } else {
            remove(view);
        }
    }

    private void mounted(String layer, StorageBench.Work work) throws Exception {
        mounter.submit(() -> {
                    try (LayerMount mount = LayerMount.make(driver.mounts(LayerId.of(layer)), place)) {
                        work.in(mount.path());
                    }
                    return true;
                })
                .get();
    }

    private void remove(String name) {
        LayerChurn.tell(Step.REMOVING, name);
        driver.remove(LayerId.of(name));
        LayerChurn.tell(Step.REMOVED, name);
    }

    private String top() {
        return chain.isEmpty() ? base : chain.peek();
    }

    /** What a new layer stands on, the nearest first. */
    private List<String> beneath() {
        List<String> names = new ArrayList<>(chain);
        names.add(base);
        return names;
    }
}
