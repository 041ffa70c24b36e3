package io.gantry.engine.catalogue;

import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverException;
import io.gantry.spi.DriverFamily;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamProvider;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.volume.VolumeDriverProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drivers that the plug-ins provide. Immutable once loaded, safe for use by several threads.
 *
 * <p>Loading asks every provider what it is, nothing more: no native code runs, nothing is probed. The providers handed out are wrapped: their calls, those of the
 * drivers they open and those of these drivers' capabilities run with the plug-in's class loader as the thread's context loader, and a linkage error within becomes an
 * {@link UnsupportedException}.
 */
public final class DriverCatalogue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverCatalogue.class);
    private static final Pattern MEMBER = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");

    private final PluginPath path;
    private final List<CatalogueEntry> entries;
    private final List<Loaded> loaded;
    private final List<PluginClassLoader> loaders;

    private DriverCatalogue(PluginPath path, PluginScan scan) {
        this.path = path;
        this.entries = List.copyOf(scan.entries());
        this.loaded = List.copyOf(scan.loaded());
        this.loaders = List.copyOf(scan.loaders());
    }

    /** A driver in working order, with its guarded provider. */
    record Loaded(CatalogueEntry entry, Object provider) {
        boolean is(DriverKind kind, String name) {
            return entry.kind().equals(Optional.of(kind)) && entry.name().equals(Optional.of(name));
        }
    }

    /**
     * Finds all plug-ins. What is wrong with a plug-in becomes a {@link EntryStatus.Broken} entry and a warning in the log.
     *
     * @throws IOException if the engine cannot find out which user it runs as
     */
    public static DriverCatalogue load(PluginPath path) throws IOException {
        return load(path, Ownership.ofThisProcess());
    }

    static DriverCatalogue load(PluginPath path, Ownership ownership) {
        DriverCatalogue catalogue = new DriverCatalogue(path, PluginScan.of(path, ownership));
        for (CatalogueEntry entry : catalogue.entries) {
            if (entry.status() instanceof EntryStatus.Broken broken) {
                LOG.warn("plug-in left out: {} ({})", broken.detail(), broken.remedy());
            } else {
                LOG.debug("{} {} from {}", entry.kind(), entry.name(), entry.source());
            }
        }
        return catalogue;
    }

    /** All entries, broken ones included, in the order in which they were found. */
    public List<CatalogueEntry> entries() {
        return entries;
    }

    /** The names of the drivers of a kind that can be asked for, sorted; those of families as far as they can be found now. */
    public List<String> names(DriverKind kind) {
        return loaded.stream()
                .filter(one -> one.entry().kind().equals(Optional.of(kind)))
                .flatMap(one ->
                        family(one).map(family -> family.names().stream()).orElseGet(() -> one.entry().name().stream()))
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * A storage driver by name.
     *
     * @throws io.gantry.spi.NotFoundException if there is none; the message has the reason and the known names
     */
    public StorageDriverProvider storage(String name) {
        return find(DriverKind.STORAGE, name, StorageDriverProvider.class);
    }

    /** A network driver by name; errors as with {@link #storage}. */
    public NetworkDriverProvider network(String name) {
        return find(DriverKind.NETWORK, name, NetworkDriverProvider.class);
    }

    /** An IPAM driver by name; errors as with {@link #storage}. */
    public IpamProvider ipam(String name) {
        return find(DriverKind.IPAM, name, IpamProvider.class);
    }

    /** A volume driver by name; errors as with {@link #storage}. */
    public VolumeDriverProvider volume(String name) {
        return find(DriverKind.VOLUME, name, VolumeDriverProvider.class);
    }

    /** A firewall back end by name; errors as with {@link #storage}. */
    public FirewallProvider firewall(String name) {
        return find(DriverKind.FIREWALL, name, FirewallProvider.class);
    }

    /** All network drivers, by descending priority: each may bring a predefined network. */
    public List<NetworkDriverProvider> networks() {
        return byPriority(DriverKind.NETWORK, NetworkDriverProvider.class);
    }

    /**
     * The storage driver of the highest priority whose probe says that it works. Those of lower priority are not probed, those of negative priority never.
     *
     * @param contexts what to probe a driver with; what it throws is thrown on
     * @throws UnsupportedException if none works; the message has the reason of each
     */
    public Choice<StorageDriverProvider> defaultStorage(Function<StorageDriverProvider, StorageContext> contexts) {
        return choose(DriverKind.STORAGE, StorageDriverProvider.class, contexts);
    }

    /** The default IPAM driver; see {@link #defaultStorage}. */
    public Choice<IpamProvider> defaultIpam(Function<IpamProvider, DriverContext> contexts) {
        return choose(DriverKind.IPAM, IpamProvider.class, contexts);
    }

    /** The default volume driver; see {@link #defaultStorage}. */
    public Choice<VolumeDriverProvider> defaultVolume(Function<VolumeDriverProvider, DriverContext> contexts) {
        return choose(DriverKind.VOLUME, VolumeDriverProvider.class, contexts);
    }

    /** The default firewall back end; see {@link #defaultStorage}. */
    public Choice<FirewallProvider> defaultFirewall(Function<FirewallProvider, FirewallContext> contexts) {
        return choose(DriverKind.FIREWALL, FirewallProvider.class, contexts);
    }

    /**
     * Probes every driver and tells all that is known, for {@code gantry drivers ls}: by kind and descending priority, what broke before its kind was known last.
     *
     * @param contexts what to probe with; a {@link DriverException} from it counts as unsupported
     * @param defaults the driver in use by default, by kind
     */
    public List<DriverReport> report(DriverContexts contexts, Map<DriverKind, String> defaults) {
        List<DriverReport> rows = new ArrayList<>();
        for (Loaded one : loaded) {
            CatalogueEntry entry = one.entry();
            boolean isDefault = entry.name().equals(entry.kind().map(defaults::get));
            rows.add(DriverReport.of(entry, isDefault, answer(one, contexts)));
            members(one).forEach(member -> rows.add(DriverReport.of(member.entry(), false, answer(member, contexts))));
        }
        for (CatalogueEntry entry : entries) {
            if (entry.status() instanceof EntryStatus.Broken broken) {
                rows.add(DriverReport.of(entry, broken));
            }
        }
        rows.sort(DriverReport.ORDER);
        return List.copyOf(rows);
    }

    /** Releases the plug-ins' JARs. To be called when no driver is open any more. Idempotent. */
    @Override
    public void close() {
        for (PluginClassLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException e) {
                LOG.warn("cannot close plug-in {}: {}", loader.getName(), e.toString());
            }
        }
    }

    private <P> P find(DriverKind kind, String name, Class<P> type) {
        return loaded.stream()
                .filter(one -> one.is(kind, name))
                .findFirst()
                .or(() -> member(kind, name))
                .map(one -> type.cast(one.provider()))
                .orElseThrow(() -> UnknownDriver.error(kind, name, entries, path));
    }

    private Optional<Loaded> member(DriverKind kind, String name) {
        if (!MEMBER.matcher(name).matches()) {
            return Optional.empty();
        }
        return loaded.stream()
                .filter(one -> one.entry().kind().equals(Optional.of(kind)))
                .flatMap(one -> member(one, name).stream())
                .findFirst();
    }

    /** The members of a family, without those that a plug-in's own driver takes the name of. */
    private List<Loaded> members(Loaded one) {
        return family(one).map(DriverFamily::names).orElse(List.of()).stream()
                .filter(name -> loaded.stream()
                        .noneMatch(other -> other.is(one.entry().kind().orElseThrow(), name)))
                .flatMap(name -> member(one, name).stream())
                .toList();
    }

    private static Optional<Loaded> member(Loaded one, String name) {
        return family(one)
                .flatMap(family -> family.find(name))
                .map(provider -> new Loaded(one.entry().member(name, provider.description()), provider));
    }

    private static Optional<? extends DriverFamily<?>> family(Loaded one) {
        return ((DriverProvider<?, ?>) one.provider()).family();
    }

    private <P extends DriverProvider<?, ?>> List<P> byPriority(DriverKind kind, Class<P> type) {
        return loaded.stream()
                .filter(one -> one.entry().kind().equals(Optional.of(kind)))
                .map(one -> type.cast(one.provider()))
                .sorted(Comparator.<P>comparingInt(DriverProvider::priority)
                        .reversed()
                        .thenComparing(DriverProvider::name))
                .toList();
    }

    private <C extends DriverContext, P extends DriverProvider<C, ?>> Choice<P> choose(
            DriverKind kind, Class<P> type, Function<P, C> contexts) {
        List<Choice.Considered> considered = new ArrayList<>();
        Optional<P> chosen = Optional.empty();
        for (P provider : byPriority(kind, type)) {
            Choice.Considered verdict = verdict(provider, chosen, contexts);
            considered.add(verdict);
            if (verdict.verdict() == Choice.Verdict.CHOSEN) {
                chosen = Optional.of(provider);
            }
        }
        if (chosen.isEmpty()) {
            throw noneWorks(kind, considered);
        }
        Choice<P> choice = new Choice<>(chosen.get(), considered);
        LOG.debug("default {}: {}", kind.noun(), choice.reasons());
        return choice;
    }

    private static <C extends DriverContext, P extends DriverProvider<C, ?>> Choice.Considered verdict(
            P provider, Optional<P> chosen, Function<P, C> contexts) {
        String name = provider.name();
        int priority = provider.priority();
        if (priority < 0) {
            return new Choice.Considered(
                    name, priority, Choice.Verdict.PASSED_OVER, "is used only where it is asked for by name");
        }
        if (chosen.isPresent()) {
            return new Choice.Considered(
                    name,
                    priority,
                    Choice.Verdict.PASSED_OVER,
                    "not tried, as " + chosen.get().name() + " works");
        }
        ProbeAnswer answer = ProbeAnswer.of(provider, contexts.apply(provider));
        if (answer instanceof ProbeAnswer.WorksNot not) {
            return new Choice.Considered(
                    name, priority, Choice.Verdict.UNSUPPORTED, withRemedy(not.reason(), not.remedy()));
        }
        if (answer instanceof ProbeAnswer.Fails fails) {
            return new Choice.Considered(
                    name, priority, Choice.Verdict.BROKEN, withRemedy(fails.reason(), fails.remedy()));
        }
        return new Choice.Considered(name, priority, Choice.Verdict.CHOSEN, "works and has the highest priority");
    }

    private UnsupportedException noneWorks(DriverKind kind, List<Choice.Considered> considered) {
        List<String> reasons =
                considered.stream().map(Choice.Considered::toString).toList();
        return new UnsupportedException(new Problem(
                "choose a " + kind.noun(),
                reasons.isEmpty() ? "no plug-in in " + path + " provides one" : String.join("; ", reasons),
                reasons.isEmpty()
                        ? "see \"gantry drivers ls\" for plug-ins that were left out"
                        : "remove one of these obstacles, or name a driver"));
    }

    private static String withRemedy(String reason, String remedy) {
        return remedy.isEmpty() ? reason : reason + " (" + remedy + ")";
    }

    private static ProbeAnswer answer(Loaded one, DriverContexts contexts) {
        try {
            return switch (one.entry().kind().orElseThrow()) {
                case STORAGE -> answer((StorageDriverProvider) one.provider(), contexts::storage);
                case NETWORK -> answer((NetworkDriverProvider) one.provider(), contexts::network);
                case IPAM -> answer((IpamProvider) one.provider(), contexts::ipam);
                case VOLUME -> answer((VolumeDriverProvider) one.provider(), contexts::volume);
                case FIREWALL -> answer((FirewallProvider) one.provider(), contexts::firewall);
            };
        } catch (DriverException e) {
            return ProbeAnswer.refusal(e);
        }
    }

    private static <C extends DriverContext, P extends DriverProvider<C, ?>> ProbeAnswer answer(
            P provider, Function<P, C> contexts) {
        return ProbeAnswer.of(provider, contexts.apply(provider));
    }
}
