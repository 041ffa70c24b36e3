package com.example.gantry;

import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Probe;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.NetworkTraits.SandboxMode;
import io.gantry.spi.network.NetworkTraits.Scope;
import java.util.Optional;

/** What the engine sees of the network driver before it uses it. */
public final class PtpProvider implements NetworkDriverProvider {
    @Override
    public String name() {
        return "ptp";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "A routed veth pair per container, no bridge; reaches the host and its neighbours (sample of a third-party driver)";
    }

    /** Users make such networks; none is there by itself. The engine hands out addresses and tells users that ports are not published. */
    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                Scope.LOCAL,
                SandboxMode.OWN,
                true,
                true,
                Optional.of("Published ports are discarded when using a ptp network"));
    }

    @Override
    public Probe probe(NetworkContext context) {
        try (Netlink netlink = Netlink.open(context.hostNamespace())) {
            netlink.links();
            return Probe.supported();
        } catch (KernelException e) {
            return Probe.unsupported(
                    Probe.Reason.NO_PRIVILEGE, e.getMessage(), "run the engine on Linux, with CAP_NET_ADMIN");
        }
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        return PtpDriver.open(context);
    }
}
