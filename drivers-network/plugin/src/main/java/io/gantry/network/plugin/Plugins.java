package io.gantry.network.plugin;

import io.gantry.spi.DriverException;
import io.gantry.spi.DriverFamily;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The plug-ins that Docker's discovery finds, as a family of drivers of one kind. */
final class Plugins<P extends DriverProvider<?, ?>> implements DriverFamily<P> {
    private final Discovery discovery;
    private final Limits limits;
    private final Function<PluginClient, P> provider;
    private final Deadlines deadlines = new Deadlines();
    private final Map<String, P> known = new ConcurrentHashMap<>();

    Plugins(Discovery discovery, Limits limits, Function<PluginClient, P> provider) {
        this.discovery = discovery;
        this.limits = limits;
        this.provider = provider;
    }

    @Override
    public List<String> names() {
        return List.copyOf(discovery.names());
    }

    /** One that was found once stays: its networks must be listed and removed when it is away, too. */
    @Override
    public Optional<P> find(String name) {
        P one = known.get(name);
        if (one != null || !discovery.has(name)) {
            return Optional.ofNullable(one);
        }
        return Optional.of(known.computeIfAbsent(
                name, key -> provider.apply(new PluginClient(key, discovery, deadlines, limits))));
    }

    /** What the family's own provider says of itself. */
    static Probe probe(Discovery discovery) {
        return Probe.unsupported(
                Probe.Reason.BAD_CONFIGURATION,
                "it stands for Docker's remote plug-ins; found now: " + discovery.names(),
                "name a plug-in itself");
    }

    static InvalidArgumentException noDriver(String attempted) {
        return new InvalidArgumentException(
                new Problem(attempted, "it stands for all of Docker's remote plug-ins", "name one of them"));
    }

    /** The error for the engine. */
    static DriverException failure(String attempted, PluginException e) {
        Problem problem = Problem.of(attempted, String.valueOf(e.getMessage()));
        return e.kind() == PluginException.Kind.UNREACHABLE && e.getMessage().endsWith("not found")
                ? new NotFoundException(problem, e)
                : new IoFailureException(problem, e);
    }
}
