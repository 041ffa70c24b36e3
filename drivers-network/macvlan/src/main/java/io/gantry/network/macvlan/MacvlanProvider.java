package io.gantry.network.macvlan;

import com.google.auto.service.AutoService;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacvlanMode;
import io.gantry.linux.netlink.MacvlanSpec;
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

/** Docker's driver {@code macvlan}. */
@AutoService(NetworkDriverProvider.class)
public final class MacvlanProvider implements NetworkDriverProvider {
    @Override
    public String name() {
        return "macvlan";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "An address on the network of a host's interface for each container";
    }

    @Override
    public List<OptionSpec> options() {
        return MacvlanOptions.ALL;
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
                    "the network driver macvlan works on Linux only; this is " + system,
                    "run the engine on a Linux host or in a Linux virtual machine");
        }
        try {
            Namespaces.inNew(Set.of(NamespaceKind.NETWORK), MacvlanProvider::makeMacvlan);
            return Probe.supported(new Feature("macvlan", true, "the kernel makes macvlan links"));
        } catch (KernelException e) {
            return e.is(Errno.EPERM, Errno.EACCES)
                    ? Probe.unsupported(
                            Probe.Reason.NO_PRIVILEGE,
                            "the kernel refuses to make links: " + e.getMessage(),
                            "run the engine as root, or with CAP_NET_ADMIN")
                    : Probe.unsupported(
                            Probe.Reason.MISSING_KERNEL_FEATURE,
                            "the kernel does not make a macvlan link: " + e.getMessage(),
                            "load the module macvlan");
        }
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        try {
            // Of two engines on one host each knows its own links by where it keeps its state.
            String mark = "gantry "
                    + Integer.toHexString(
                            context.root().toAbsolutePath().toString().hashCode());
            return new MacvlanDriver(context.hostNamespace(), mark, context.runDirectory());
        } catch (KernelException | UncheckedIOException e) {
            throw new IoFailureException(Problem.of("open the network driver macvlan", e.getMessage()), e);
        }
    }

    /**
     * In a namespace that goes with the thread: nobody sees the links, and a kill leaves none. VLANs and dummy links are not tried: that may load a module
     * which makes a link of its own.
     */
    private static Optional<Link> makeMacvlan() {
        try (Netlink netlink = Netlink.open()) {
            Link parent = netlink.createVeth(VethSpec.of("veth0", VethSpec.Peer.of("veth1")));
            return netlink.createMacvlan(MacvlanSpec.of("macvlan0", parent.index(), MacvlanMode.BRIDGE));
        }
    }
}
