package io.gantry.ipam.standard;

import com.google.auto.service.AutoService;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverContext;
import io.gantry.spi.Feature;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.IpamProvider;
import java.util.List;

/** Docker's IPAM driver {@code default}: pools of this host, next-fit addresses. */
@AutoService(IpamProvider.class)
public final class DefaultIpamProvider implements IpamProvider {
    static final String POOLS = "default-address-pool";

    @Override
    public String name() {
        return "default";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Subnets and addresses of this host, kept in memory";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.of(
                        POOLS,
                        OptionSpec.Type.STRING,
                        OptionSpec.Scope.DAEMON,
                        "where networks without a subnet of their own get one, as base=CIDR,size=LENGTH, several separated by semicolons"));
    }

    @Override
    public Probe probe(DriverContext context) {
        try {
            DefaultPools pools = DefaultPools.of(context.options().string(POOLS));
            return Probe.supported(new Feature("default address pools", true, pools.toString()));
        } catch (IllegalArgumentException e) {
            return Probe.unsupported(
                    Probe.Reason.BAD_CONFIGURATION, e.getMessage(), "write " + POOLS + " as base=10.10.0.0/16,size=24");
        }
    }

    @Override
    public IpamDriver open(DriverContext context) {
        try {
            return new DefaultIpam(DefaultPools.of(context.options().string(POOLS)));
        } catch (IllegalArgumentException e) {
            throw new InvalidArgumentException(
                    new Problem("open the IPAM driver default", e.getMessage(), "correct " + POOLS), e);
        }
    }
}
