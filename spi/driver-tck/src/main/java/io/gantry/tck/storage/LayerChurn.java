package io.gantry.tck.storage;

import io.gantry.linux.MountTable;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.ChurnReport.Step;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A process that works on layers with several threads until somebody kills it, and tells each step as a {@link ChurnReport}. It says that it is ready, and opens the driver when told to go; it
 * ends when its standard input does.
 */
final class LayerChurn {
    static final int THREADS = 3;

    private LayerChurn() {}

    /** The provider's class, the driver's root, its run directory, the limit for layers with one, and the daemon options as {@code KEY=VALUE}. */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        StorageDriverProvider provider = Class.forName(arguments[0])
                .asSubclass(StorageDriverProvider.class)
                .getDeclaredConstructor()
                .newInstance();
        Path run = Path.of(arguments[2]);
        Map<String, String> given = new HashMap<>();
        for (String pair : Arrays.asList(arguments).subList(4, arguments.length)) {
            given.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        Options options = Options.parse(provider.name(), provider.options(), OptionSpec.Scope.DAEMON, given);
        // Before the driver opens, so that no mount of its own is copied there.
        ThreadPoolExecutor mounter = mounter();
        MountTable.read();
        Class.forName(ChurnChain.class.getName());
        tell(Step.READY);

        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = orders.readLine();
        if (order == null) {
            Runtime.getRuntime().halt(0);
            return;
        }
        String[] words = order.split(" ", -1);
        StorageDriver driver = provider.open(new Context(Path.of(arguments[1]), run, options));
        tell(Step.OPENED);
        LayerInfo base = driver.stat(LayerId.of(words[2])).orElseThrow();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            ChurnChain chain = new ChurnChain(
                    provider,
                    driver,
                    mounter,
                    Files.createTempDirectory(run, "place-"),
                    words[1] + "-" + i + "-",
                    base.id().value(),
                    Long.parseLong(words[0]) * THREADS + i,
                    arguments[3]);
            threads.add(new Thread(() -> churn(chain), "churn-" + i));
        }
        threads.forEach(Thread::start);
        while (orders.readLine() != null) {
            // Nothing else is said.
        }
        Runtime.getRuntime().halt(0);
    }

    static void tell(Step step, String... names) {
        byte[] line = (ChurnReport.of(step, names) + "\n").getBytes(StandardCharsets.UTF_8);
        // In one write, which a kill does not cut in two.
        try (FileOutputStream told = new FileOutputStream("/proc/self/fd/1", true)) {
            told.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Context(Path root, Path runDirectory, Options options) implements StorageContext {}

    private static void churn(ChurnChain chain) {
        try {
            while (true) {
                chain.turn();
            }
        } catch (Throwable e) {
            e.printStackTrace();
            tell(
                    Step.FAILED,
                    Thread.currentThread().getName() + ": " + String.valueOf(e).replace('\n', ' '));
            Runtime.getRuntime().halt(1);
        }
    }

    /** Threads in a mount namespace of their own: what they mount is gone when the process is. */
    private static ThreadPoolExecutor mounter() {
        return Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            ThreadPoolExecutor threads =
                    new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
            threads.prestartAllCoreThreads();
            return threads;
        });
    }
}
