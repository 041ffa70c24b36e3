package io.gantry.network.bridge;

import com.google.auto.service.AutoService;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.BridgeSpec;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PredefinedNetwork;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Docker's driver {@code bridge}, and the network {@code bridge} that containers get who name none. */
@AutoService(NetworkDriverProvider.class)
public final class BridgeProvider implements NetworkDriverProvider {
    private static final String DEFAULT_DEVICE = "gantry0";

    @Override
    public String name() {
        return "bridge";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "A bridge on this host for each network";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public List<OptionSpec> options() {
        return BridgeOptions.ALL;
    }

    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                NetworkTraits.Scope.LOCAL, NetworkTraits.SandboxMode.OWN, true, true, Optional.empty());
    }

    @Override
    public Optional<PredefinedNetwork> predefined() {
        return Optional.of(new PredefinedNetwork(
                "bridge",
                true,
                Optional.of(Cidr.parse("172.17.0.0/16")),
                Map.of(
                        BridgeOptions.NAME, DEFAULT_DEVICE,
                        BridgeOptions.DEFAULT_BRIDGE, "true",
                        BridgeOptions.ICC, "true",
                        BridgeOptions.MASQUERADE, "true",
                        BridgeOptions.HOST_BINDING, "0.0.0.0",
                        BridgeOptions.MTU, "1500")));
    }

    @Override
    public Probe probe(NetworkContext context) {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Probe.unsupported(
                    Probe.Reason.MISSING_KERNEL_FEATURE,
                    "the network driver bridge works on Linux only; this is " + system,
                    "run the engine on a Linux host or in a Linux virtual machine");
        }
        try {
            Namespaces.inNew(Set.of(NamespaceKind.NETWORK), BridgeProvider::makeBridgeAndVeth);
            return Probe.supported(new Feature("veth", true, "the kernel makes bridges and veth pairs"));
        } catch (KernelException e) {
            return e.is(Errno.EPERM, Errno.EACCES)
                    ? Probe.unsupported(
                            Probe.Reason.NO_PRIVILEGE,
                            "the kernel refuses to make links: " + e.getMessage(),
                            "run the engine as root, or with CAP_NET_ADMIN")
                    : Probe.unsupported(
                            Probe.Reason.MISSING_KERNEL_FEATURE,
                            "the kernel does not make a bridge and a veth pair: " + e.getMessage(),
                            "load the modules bridge and veth");
        }
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        try {
            // Of two engines on one host each knows its own links by where it keeps its state.
            String mark = "gantry "
                    + Integer.toHexString(
                            context.root().toAbsolutePath().toString().hashCode());
            return new BridgeDriver(context.hostNamespace(), mark, context.firewall());
        } catch (KernelException e) {
            throw new IoFailureException(Problem.of("open the network driver bridge", e.getMessage()), e);
        }
    }

    /** In a namespace that goes with the thread: nobody sees the links, and a kill leaves none. */
    private static Link makeBridgeAndVeth() {
        try (Netlink netlink = Netlink.open()) {
            Link bridge = netlink.createBridge(BridgeSpec.of("bridge0"));
            return netlink.createVeth(
                    VethSpec.of("veth0", VethSpec.Peer.of("veth1")).withMaster(bridge.index()));
        }
    }
}
