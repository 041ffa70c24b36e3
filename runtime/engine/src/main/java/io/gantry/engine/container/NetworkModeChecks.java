package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import io.gantry.spi.network.Cidr;

/** What goes together with a network mode, told in Docker's words; and whether hosts and name servers are what they should be. */
final class NetworkModeChecks {
    static final String HOST_AND_LINKS =
            "conflicting options: host type networking can't be used with links. This would result in undefined behavior";

    private static final String CONTAINER = "container:";

    private NetworkModeChecks() {}

    /** Checks a request, before its image has a say. */
    static void check(ContainerConfig config, HostConfig host) {
        boolean ofContainer = host.networkMode().startsWith(CONTAINER);
        if (ofContainer && host.networkMode().length() == CONTAINER.length()) {
            throw invalid("invalid container format container:<name|id>");
        }
        refuse(ofContainer && !config.hostname().isEmpty(), "conflicting options: hostname and the network mode");
        refuse(
                host.utsMode().equals("host") && !config.hostname().isEmpty(),
                "conflicting options: hostname and the UTS mode");
        refuse(host.networkMode().equals("host") && !host.links().isEmpty(), HOST_AND_LINKS);
        refuse(
                ofContainer && !host.links().isEmpty(),
                "conflicting options: container type network can't be used with links. This would result in undefined behavior");
        refuse(ofContainer && !host.dns().isEmpty(), "conflicting options: dns and the network mode");
        refuse(
                ofContainer && !host.extraHosts().isEmpty(),
                "conflicting options: custom host-to-IP mapping and the network mode");
        host.extraHosts().forEach(NetworkModeChecks::checkExtraHost);
        for (String server : host.dns()) {
            refuse(!isAddress(server), "bad nameserver address " + server);
        }
    }

    private static void checkExtraHost(String extra) {
        int split = HostsFile.separator(extra);
        refuse(split <= 0, "bad format for add-host: \"" + extra + "\"");
        String address = extra.substring(split + 1);
        refuse(
                !address.equals(HostsFile.HOST_GATEWAY) && !isAddress(address),
                "invalid IP address in add-host: \"" + address + "\"");
    }

    private static boolean isAddress(String text) {
        try {
            return Cidr.parseAddress(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw invalid(message);
        }
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }
}
