package io.gantry.network.ipvlan;

import com.google.auto.service.AutoService;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.IpvlanFlag;
import io.gantry.linux.netlink.IpvlanMode;
import io.gantry.linux.netlink.IpvlanSpec;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Docker's driver {@code ipvlan}. */
@AutoService(NetworkDriverProvider.class)
public final class IpvlanProvider implements NetworkDriverProvider {
    @Override
    public String name() {
        return "ipvlan";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "An address on or behind a host's interface for each container, by the host's MAC address";
    }

    @Override
    public List<OptionSpec> options() {
        return IpvlanOptions.ALL;
    }

    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                NetworkTraits.Scope.LOCAL, NetworkTraits.SandboxMode.OWN, true, true, Optional.empty());
    }

    @Override
    public boolean choosesGateway() {
        return false;
    }

    @Override
    public Probe probe(NetworkContext context) {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Probe.unsupported(
                    Probe.Reason.MISSING_KERNEL_FEATURE,
                    "the network driver ipvlan works on Linux only; this is " + system,
                    "run the engine on a Linux host or in a Linux virtual machine");
        }
        try {
            Namespaces.inNew(Set.of(NamespaceKind.NETWORK), IpvlanProvider::makeIpvlan);
            return Probe.supported(new Feature("ipvlan", true, "the kernel makes ipvlan links"));
        } catch (KernelException e) {
            return e.is(Errno.EPERM, Errno.EACCES)
                    ? Probe.unsupported(
                            Probe.Reason.NO_PRIVILEGE,
                            "the kernel refuses to make links: " + e.getMessage(),
                            "run the engine as root, or with CAP_NET_ADMIN")
                    : Probe.unsupported(
                            Probe.Reason.MISSING_KERNEL_FEATURE,
                            "the kernel does not make an ipvlan link: " + e.getMessage(),
                            "load the module ipvlan");
        }
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        try {
            // Of two engines on one host each knows its own links by where it keeps its state.
            String mark = "gantry "
                    + Integer.toHexString(
                            context.root().toAbsolutePath().toString().hashCode());
            return new IpvlanDriver(context.hostNamespace(), mark, context.runDirectory());
        } catch (KernelException | UncheckedIOException e) {
            throw new IoFailureException(Problem.of("open the network driver ipvlan", e.getMessage()), e);
        }
    }

    /**
     * In a namespace that goes with the thread: nobody sees the links, and a kill leaves none. VLANs and dummy links are not tried: that may load a module
     * which makes a link of its own.
     */
    private static Optional<Link> makeIpvlan() {
        try (Netlink netlink = Netlink.open()) {
            Link parent = netlink.createVeth(VethSpec.of("veth0", VethSpec.Peer.of("veth1")));
            return netlink.createIpvlan(IpvlanSpec.of("ipvlan0", parent.index(), IpvlanMode.L2, IpvlanFlag.BRIDGE));
        }
    }
}
