package io.gantry.network.ipvlan;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.IpvlanSpec;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.NetlinkRequest;
import io.gantry.linux.netlink.ParentLinks;
import io.gantry.linux.netlink.SandboxLinks;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import io.gantry.spi.network.support.InterfaceOptions;
import io.gantry.spi.network.support.NetworkBook;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** See the package. Networks are made, deleted and restored one at a time, and so are parents; endpoints of different ids side by side. */
final class IpvlanDriver implements NetworkDriver, Restorable {
    private static final System.Logger LOG = System.getLogger(IpvlanDriver.class.getName());
    private static final String STATE_PARENT = "parent";

    private final Netlink netlink;
    private final ParentLinks parents;
    private final SandboxLinks links;
    private final NetworkBook<IpvlanConfig, Endpoint> book = new NetworkBook<>();

    private record Endpoint(EndpointSpec spec, InterfaceOptions options) {}

    IpvlanDriver(Path hostNamespace, String mark, Path runDirectory) {
        netlink = Netlink.open(hostNamespace);
        try {
            parents = new ParentLinks(netlink, mark);
            links = new SandboxLinks(netlink, mark, "iv", runDirectory.resolve("sandboxes"));
        } catch (RuntimeException e) {
            netlink.close();
            throw e;
        }
    }

    @Override
    public synchronized Map<String, String> createNetwork(NetworkSpec spec) {
        IpvlanConfig config = IpvlanConfig.of(spec);
        String attempted = "create network " + spec.name();
        requireParentFree(config, attempted);
        book.add(spec.id(), spec.name(), config);
        try {
            parent(config, attempted);
        } catch (RuntimeException e) {
            book.remove(spec.id());
            throw e;
        }
        return Map.of(STATE_PARENT, config.parent());
    }

    @Override
    public synchronized void deleteNetwork(String networkId) {
        Optional<IpvlanConfig> config = book.find(networkId);
        if (config.isEmpty()) {
            return;
        }
        book.requireUnused(networkId);
        attempt(
                "delete network " + config.get().label(),
                () -> parents.remove(config.get().parent()));
        book.remove(networkId);
    }

    @Override
    public EndpointPlan createEndpoint(EndpointSpec spec) {
        IpvlanConfig config = book.network(spec.networkId());
        if (spec.mac().isPresent()) {
            throw new InvalidArgumentException(new Problem(
                    "create endpoint " + spec.endpointId() + " on network " + config.label(),
                    "ipvlan interfaces do not support custom mac address assignment",
                    "leave it out, or take a network of driver macvlan"));
        }
        Endpoint endpoint = new Endpoint(spec, InterfaceOptions.of(spec.options()));
        book.addEndpoint(spec.networkId(), spec.endpointId(), endpoint);
        return new EndpointPlan(Optional.empty(), Map.of());
    }

    @Override
    public Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        IpvlanConfig config = book.network(networkId);
        Endpoint endpoint = book.endpoint(networkId, endpointId);
        String attempted = "attach endpoint " + endpointId + " to network " + config.label();
        Link parent = parent(config, attempted);
        if (!parent.isUp()) {
            throw new FailedPreconditionException(new Problem(
                    attempted,
                    "the parent interface " + config.parent() + " is down",
                    "set it up: ip link set " + config.parent() + " up"));
        }
        String name = links.name(endpointId);
        IpvlanSpec port = IpvlanSpec.of(name, parent.index(), config.mode(), config.flag());
        attempt(attempted, () -> makePort(config, port, endpointId, sandbox, attempted));
        return new Attachment.MoveInterface(
                name, "eth", endpoint.options.name(), config.layer3(endpoint.spec, endpoint.options.sysctls()));
    }

    @Override
    public void detach(String networkId, String endpointId) {
        book.findEndpoint(networkId, endpointId)
                .ifPresent(endpoint -> attempt("detach endpoint " + endpointId, () -> links.remove(endpointId)));
    }

    @Override
    public void deleteEndpoint(String networkId, String endpointId) {
        detach(networkId, endpointId);
        book.removeEndpoint(networkId, endpointId);
    }

    @Override
    public Map<String, String> endpointInfo(String networkId, String endpointId) {
        return Map.of();
    }

    @Override
    public synchronized void restore(List<RestoredNetwork> known) {
        Set<String> endpoints = new HashSet<>();
        Set<String> named = new HashSet<>();
        for (RestoredNetwork network : known) {
            named.add(network.state().getOrDefault(STATE_PARENT, ""));
            network.endpoints().forEach(one -> endpoints.add(one.spec().endpointId()));
            try {
                restore(network);
            } catch (DriverException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "network {0} is not usable: {1}",
                        network.spec().name(),
                        e.getMessage());
            }
        }
        attempt("remove links that no network has", () -> {
            List<String> removed = links.removeOthers(endpoints);
            parents.made().stream().filter(name -> !named.contains(name)).forEach(parents::remove);
            if (!removed.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "removed the interfaces of endpoints that are gone: {0}", removed);
            }
        });
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        netlink.close();
    }

    /** The network is there even if its parent is not: that may come up later, and is looked for with each endpoint. */
    private void restore(RestoredNetwork known) {
        IpvlanConfig config = IpvlanConfig.of(known.spec());
        book.add(config.spec().id(), config.label(), config);
        for (RestoredEndpoint restored : known.endpoints()) {
            EndpointSpec spec = restored.spec();
            book.addEndpoint(
                    spec.networkId(), spec.endpointId(), new Endpoint(spec, InterfaceOptions.of(spec.options())));
        }
        parent(config, "restore network " + config.label());
    }

    private void makePort(IpvlanConfig config, IpvlanSpec port, String endpointId, Sandbox sandbox, String attempted) {
        try {
            links.make(endpointId, sandbox.namespace(), NetlinkRequest.createIpvlan(port));
        } catch (KernelException e) {
            if (e.is(Errno.EBUSY, Errno.EINVAL)) {
                throw new FailedPreconditionException(
                        new Problem(
                                attempted,
                                "failed to create the ipvlan port on " + config.parent() + ": "
                                        + e.errno().description().toLowerCase(Locale.ROOT),
                                "a macvlan network or a bridge has that parent, and one at a time can"),
                        e);
            }
            throw e;
        }
    }

    private synchronized Link parent(IpvlanConfig config, String attempted) {
        try {
            return config.dummy() ? parents.readyDummy(config.parent()) : parents.ready(config.parent());
        } catch (IllegalArgumentException e) {
            throw new InvalidArgumentException(
                    new Problem(
                            attempted,
                            e.getMessage(),
                            "name an interface of the host with -o parent, as \"ip link\" shows them"),
                    e);
        } catch (KernelException e) {
            Problem problem = new Problem(
                    attempted,
                    "failed to create the ipvlan parent link " + config.parent() + ": "
                            + e.errno().description().toLowerCase(Locale.ROOT),
                    e.reason());
            if (e.is(Errno.EOPNOTSUPP)) {
                throw new UnsupportedException(problem, e);
            }
            throw e.is(Errno.ENETDOWN)
                    ? new FailedPreconditionException(problem, e)
                    : new IoFailureException(problem, e);
        }
    }

    private void requireParentFree(IpvlanConfig config, String attempted) {
        for (IpvlanConfig other : book.networks()) {
            if (other.parent().equals(config.parent())
                    && !other.spec().id().equals(config.spec().id())) {
                throw new FailedPreconditionException(new Problem(
                        attempted,
                        "network " + IpvlanConfig.dummyName(other.spec()) + " is already using parent interface "
                                + config.parent(),
                        "choose another parent, or remove network " + other.label()));
            }
        }
    }

    private static void attempt(String attempted, Runnable work) {
        try {
            work.run();
        } catch (KernelException | UncheckedIOException e) {
            throw new IoFailureException(Problem.of(attempted, e.getMessage()), e);
        }
    }
}
