package io.gantry.tck.storage;

import io.gantry.linux.Kernel;
import io.gantry.linux.MountTable;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.LoopFileSystem;
import io.gantry.tck.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The storage suite. Each case gets a driver opened on an empty root; after it the suite checks that no mount and no lock is left, and deletes the root. Needs root privileges.
 *
 * <p>A driver's test extends this class and names the {@link #provider}; the other methods may be overridden to fit. {@link StorageProviderTest} does so for a provider that is named on the
 * command line.
 *
 * <h2>System properties</h2>
 *
 * <ul>
 *   <li>{@code gantry.tck.kills}: how often {@link KillCases} kills a process that drives the driver; 10 if not given
 *   <li>{@code gantry.tck.seed}: repeats the random choices of a run; reports and failures name the one that was used
 *   <li>{@code gantry.tck.report}: where reports go; {@code target/conformance} if not given
 * </ul>
 *
 * <h2>Reports</h2>
 *
 * Each class writes two files, named by the class: {@code CLASS.txt} for people, and {@code CLASS.properties}, UTF-8 lines {@code key=value} that {@link java.util.Properties#load(java.io.Reader)}
 * reads:
 *
 * <ul>
 *   <li>{@code format=1}; {@code suite}, the class; {@code run}, the process that wrote it (a class that runs twice in one process goes on with what it wrote before)
 *   <li>{@code driver}, {@code driver.version} (if its JAR says), {@code driver.api}, {@code provider}, {@code options}; {@code file.system}, {@code kernel}, {@code machine}, {@code java}
 *   <li>{@code passed}, {@code failed}, {@code skipped}, {@code not-offered}: how many cases; {@code millis} for all of them
 *   <li>{@code kills}, how many processes were killed and their remains found good; {@code seed}
 *   <li>for N from 1 on {@code case.N.name}, {@code case.N.outcome} (one of the four words), {@code case.N.millis}, {@code case.N.attempts}, and {@code case.N.reason} if it did not pass, or not at
 *       the first attempt
 * </ul>
 */
@ExtendWith(ConformanceReport.class)
public abstract class StorageDriverContract
        implements LayerStateCases,
                LayerContentCases,
                LayerDepthCases,
                LayerUseCases,
                LayerRaceCases,
                LayerAttributeCases,
                LayerTargetCases,
                LayerUsageCases,
                FullDiskCases,
                RebaseCases,
                NativeDiffCases,
                QuotaCases,
                IdMapCases,
                ConsistencyCases,
                KillCases {
    private final Map<String, String> notes = new LinkedHashMap<>();
    private StorageBench bench;

    /** The provider under test. */
    protected abstract StorageDriverProvider provider();

    /** Daemon options to open the driver with. */
    protected Map<String, String> daemonOptions() {
        return Map.of();
    }

    /** Where the suite makes its directories; on the file system that the driver is to be tested on. */
    protected Path scratch() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** What the driver stands on, for the report: the type of the file system beneath {@link #scratch}, unless the driver brings its own. */
    protected String backing() throws IOException {
        return MountTable.read()
                .covering(scratch().toRealPath())
                .map(MountTable.Entry::type)
                .orElse("unknown");
    }

    /** How often a process that drives the driver is killed: {@code gantry.tck.kills}, or 10. Suites that run one driver on yet another file system may do fewer. */
    @Override
    public int kills() {
        return Integer.getInteger("gantry.tck.kills", 10);
    }

    /** How many layers the deep case stacks. */
    @Override
    public int depth() {
        return 128;
    }

    /**
     * How many layers the deepest case stacks, as far as the driver goes. If it cannot take so many, it says so when a layer too many is prepared, in an
     * {@link io.gantry.spi.UnsupportedException} with a remedy; so many as {@link #depth} it must.
     */
    @Override
    public int deepest() {
        return 500;
    }

    /** The driver on little room, for the cases of a full disk; they close it. By default on {@link #smallDisk} with the {@link #daemonOptions}. */
    @Override
    public SmallStore smallStore() throws IOException {
        return SmallStore.on(smallDisk(), provider(), daemonOptions());
    }

    /** A file system that the driver works on and that is soon full, for {@link #smallStore}. */
    public SmallDisk smallDisk() throws IOException {
        return LoopFileSystem.make(24L << 20, "", "mkfs.ext4", "-q");
    }

    /** A limit in bytes that the driver can set on a layer and that is soon reached, for the cases of bounds on layers. */
    @Override
    public long leastLimit() {
        return 4 << 20;
    }

    /** How long a single step may take on a slow machine before the suite takes it for stuck. */
    @Override
    public Duration patience() {
        return Duration.ofMinutes(2);
    }

    /**
     * All that the open driver has on disk and in the kernel, a line for each thing, sorted. When all layers are gone this must be as it was before the first one. By default the paths below
     * the root; a driver that keeps more, such as subvolumes, quota groups, datasets or devices, adds them.
     */
    @Override
    public List<String> leftovers() throws IOException {
        return bench.files();
    }

    /**
     * Ways to harm a driver that has a {@link io.gantry.spi.storage.ConsistencyChecker}: each must be found and mended. By default what can happen to a driver that keeps layers by
     * {@link io.gantry.spi.storage.support.LayerCatalog}, with {@link io.gantry.spi.storage.support.LayerDirectories} or without, if this one seems to.
     */
    @Override
    public List<Damage> damages() {
        return DirectoryDamages.fit(bench.context().root());
    }

    @Override
    public final StorageBench bench() {
        return bench;
    }

    @Override
    public final void note(String key, String value) {
        notes.put(key, value);
    }

    /** What the report says of this suite, as far as it is known. */
    final Map<String, String> facts() {
        StorageDriverProvider provider = provider();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("driver", provider.name());
        Optional.ofNullable(provider.getClass().getPackage().getImplementationVersion())
                .ifPresent(version -> facts.put("driver.version", version));
        facts.put("driver.api", provider.apiVersion().toString());
        facts.put("provider", provider.getClass().getName());
        facts.put("options", new TreeMap<>(daemonOptions()).toString());
        try {
            facts.put("file.system", backing());
        } catch (IOException e) {
            facts.put("file.system", "unknown: " + e);
        }
        facts.put("kernel", Kernel.release().text());
        facts.put("machine", System.getProperty("os.arch"));
        facts.put("java", System.getProperty("java.runtime.version"));
        facts.putAll(notes);
        return facts;
    }

    @BeforeEach
    final void openBench() throws IOException {
        bench = new StorageBench(provider(), daemonOptions(), Files.createTempDirectory(scratch(), "gantry-tck-"));
    }

    @AfterEach
    final void closeBench() {
        bench.close();
    }
}
