package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.HostConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Links between containers of the default network, which has no names: lines in {@code /etc/hosts}, and variables. */
final class ContainerLinks {
    private static final String CONTAINER = "container:";

    private final ContainerStore store;
    private final ContainerNetworks networks;
    private final Layout layout;

    ContainerLinks(ContainerStore store, ContainerNetworks networks, Layout layout) {
        this.store = store;
        this.networks = networks;
        this.layout = layout;
    }

    private record Linked(Container container, String alias) {}

    /**
     * The links of a new container, checked, in the form in which they are kept. On networks with names they are left as they are and mean nothing:
     * those of endpoints do.
     */
    List<String> planned(String name, String mode, HostConfig host) {
        if (mode.startsWith(CONTAINER) || networks.hasNames(mode)) {
            return host.links();
        }
        return host.links().stream()
                .map(Link::parse)
                .map(link -> new Link(target(link.target()).name(), link.alias()).kept(name))
                .toList();
    }

    private Container target(String ref) {
        Container target = found(ref);
        while (target.hostConfig().networkMode().startsWith(CONTAINER)) {
            target = found(target.hostConfig().networkMode().substring(CONTAINER.length()));
        }
        if (!networks.isOwn(target)) {
            throw new EngineException(EngineException.Kind.INVALID, NetworkModeChecks.HOST_AND_LINKS);
        }
        return target;
    }

    private Container found(String ref) {
        try {
            return store.find(ref).container();
        } catch (EngineException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "could not get container for " + ref + ": " + e.getMessage(), e);
        }
    }

    /** Variables for every process of a container. All that it is linked to must run. */
    List<String> environment(Container container) {
        return linked(container)
                .flatMap(link -> {
                    if (!link.container().state().isUp()) {
                        throw new EngineException(
                                EngineException.Kind.SYSTEM,
                                "Cannot link to a non running container: /"
                                        + link.container().name() + " AS /" + container.name() + "/" + link.alias());
                    }
                    String address = endpoint(link.container())
                            .map(EndpointState::ipAddress)
                            .orElseThrow(() -> new EngineException(
                                    EngineException.Kind.SYSTEM,
                                    "container " + link.container().id() + " not attached to default bridge network"));
                    return LinkEnvironment.of(
                            container.name(),
                            link.alias(),
                            address,
                            link.container().config())
                            .stream();
                })
                .toList();
    }

    /** Ends a link. The caller holds the container's lock. */
    void remove(Entry entry, String alias) {
        Container container = entry.container();
        List<String> links = container.hostConfig().links();
        List<String> left = links.stream()
                .filter(link -> !Link.parse(link).alias().equals(alias))
                .toList();
        if (left.size() == links.size()) {
            throw EngineException.notFound("No such container: " + container.name() + "/" + alias);
        }
        List<String> gone = hosts(linked(container).filter(link -> link.alias().equals(alias)));
        entry.change(now -> Changes.hostConfig(now, HostConfigs.withLinks(now.hostConfig(), left)));
        RootFiles.in(layout.directory(container.id())).changeHosts(gone, List.of());
    }

    /** Lines for {@code /etc/hosts}. */
    List<String> hosts(Container container) {
        return hosts(linked(container));
    }

    private List<String> hosts(Stream<Linked> links) {
        List<String> lines = new ArrayList<>();
        links.forEach(link -> {
            String name = link.container().name();
            String names = link.alias() + " " + link.container().config().hostname()
                    + (link.alias().equals(name) ? "" : " " + name);
            endpoint(link.container()).stream()
                    .flatMap(endpoint -> Stream.of(endpoint.ipAddress(), endpoint.globalIpv6Address()))
                    .filter(address -> !address.isEmpty())
                    .forEach(address -> lines.add(address + "\t" + names));
        });
        return lines;
    }

    /** Those that run and are linked to a container that just started learn its address. */
    void started(Container container, List<EndpointState> joined) {
        Optional<String> address = joined.stream()
                .filter(this::isDefault)
                .map(EndpointState::ipAddress)
                .filter(text -> !text.isEmpty())
                .findFirst();
        if (address.isEmpty()) {
            return;
        }
        for (Container other : store.containers()) {
            if (other.state().isUp()) {
                linked(other)
                        .filter(link -> link.container().id().equals(container.id()))
                        .forEach(link -> RootFiles.in(layout.directory(other.id()))
                                .editHosts(text -> moved(text, link.alias(), address.get())));
            }
        }
    }

    private static String moved(String text, String alias, String address) {
        return Pattern.compile("(?m)^\\S*(?=\\t" + Pattern.quote(alias) + "(?:\\s|\\.))")
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(address));
    }

    /** Makes the links of all containers follow a new name. */
    void renamed(String old, String now) {
        for (Entry entry : store.all()) {
            List<String> links = entry.container().hostConfig().links();
            List<String> changed = links.stream()
                    .map(link -> renamed(link, entry.container().name(), old, now))
                    .toList();
            if (!changed.equals(links)) {
                entry.change(container ->
                        Changes.hostConfig(container, HostConfigs.withLinks(container.hostConfig(), changed)));
            }
        }
    }

    private static String renamed(String text, String owner, String old, String now) {
        if (!text.startsWith("/")) {
            return text;
        }
        Link link = Link.parse(text);
        return new Link(link.target().equals(old) ? now : link.target(), link.alias()).kept(owner);
    }

    /** What a container on the default network is linked to, as far as it is still there. */
    private Stream<Linked> linked(Container container) {
        if (container.hostConfig().links().isEmpty()
                || container.endpoints().stream().noneMatch(this::isDefault)) {
            return Stream.empty();
        }
        return container.hostConfig().links().stream()
                .map(Link::parse)
                .flatMap(link ->
                        store.named(link.target()).stream().map(entry -> new Linked(entry.container(), link.alias())));
    }

    private Optional<EndpointState> endpoint(Container container) {
        return container.endpoints().stream().filter(this::isDefault).findFirst();
    }

    private boolean isDefault(EndpointState endpoint) {
        return networks.isDefault(endpoint.networkName());
    }
}
