package io.gantry.firewall.nftables;

import com.google.auto.service.AutoService;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.nft.Nftables;
import io.gantry.linux.nft.NftablesException;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import java.util.List;

/** nftables through libnftables. Needs Linux 5.6 (ranges in concatenated keys). */
@AutoService(FirewallProvider.class)
public final class NftablesProvider implements FirewallProvider {
    @Override
    public String name() {
        return "nftables";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "One nftables table of our own; published ports in maps";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Probe probe(FirewallContext context) {
        if (!Nftables.isInstalled()) {
            return Probe.unsupported(Probe.Reason.MISSING_PROGRAM, Nftables.MISSING, Nftables.INSTALL);
        }
        try (Nftables nft = Nftables.open(context.hostNamespace())) {
            nft.check(Ruleset.whole(List.of()));
            return Probe.supported(
                    new Feature("port maps", true, "the kernel takes maps with concatenated keys and ranges"));
        } catch (NftablesException e) {
            return e.is(Errno.EPERM)
                    ? Probe.unsupported(
                            Probe.Reason.NO_PRIVILEGE,
                            "the kernel refuses changes to the packet filter: " + e.getMessage(),
                            "run the engine as root, or with CAP_NET_ADMIN")
                    : Probe.unsupported(
                            Probe.Reason.MISSING_KERNEL_FEATURE,
                            "the kernel refuses our table: " + e.getMessage(),
                            "use Linux 5.6 or later with nf_tables, nft_nat, nft_masq, nft_fib_inet and nft_ct");
        } catch (KernelException e) {
            return Probe.unsupported(
                    e.is(Errno.EPERM, Errno.EACCES) ? Probe.Reason.NO_PRIVILEGE : Probe.Reason.MISSING_KERNEL_FEATURE,
                    "netfilter cannot be reached: " + e.getMessage(),
                    "run the engine as root on a kernel with nf_tables");
        }
    }

    @Override
    public FirewallBackend open(FirewallContext context) {
        if (!Nftables.isInstalled()) {
            throw new UnsupportedException(
                    new Problem("open the firewall nftables", Nftables.MISSING, Nftables.INSTALL));
        }
        try {
            return new NftablesFirewall(context.hostNamespace(), Nftables.open(context.hostNamespace()));
        } catch (KernelException e) {
            throw new IoFailureException(Problem.of("open the firewall nftables", e.getMessage()), e);
        }
    }
}
