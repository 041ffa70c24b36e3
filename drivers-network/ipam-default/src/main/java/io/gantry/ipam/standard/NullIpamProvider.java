package io.gantry.ipam.standard;

import com.google.auto.service.AutoService;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverContext;
import io.gantry.spi.Probe;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.IpamProvider;

/** Docker's IPAM driver {@code null}: for networks without addresses. */
@AutoService(IpamProvider.class)
public final class NullIpamProvider implements IpamProvider {
    @Override
    public String name() {
        return "null";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "No addresses at all";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Probe probe(DriverContext context) {
        return Probe.supported();
    }

    @Override
    public IpamDriver open(DriverContext context) {
        return new NullIpam();
    }
}
