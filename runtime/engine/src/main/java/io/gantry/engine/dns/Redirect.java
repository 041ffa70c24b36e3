package io.gantry.engine.dns;

import io.gantry.linux.KernelException;
import io.gantry.linux.nft.Nftables;
import io.gantry.linux.nft.NftablesException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads port 53 of the name server's address to the ports that it has, by a table of ours in the container's network namespace. So port 53 stays
 * free for the container's own programs: a name server that listens on all addresses is a usual thing to run in one.
 */
final class Redirect {
    private static final Logger LOG = LoggerFactory.getLogger(Redirect.class);

    private Redirect() {}

    /** Sets the rules, in place of those of an earlier engine. Whether that worked; nothing is changed if not. */
    static boolean install(Path namespace, int udpPort, int tcpPort) {
        if (!Nftables.isInstalled()) {
            return false;
        }
        String server = ResolvConf.SERVER;
        try (Nftables nft = Nftables.open(namespace)) {
            // Nothing is deleted in a new namespace: after that the kernel would take many milliseconds to close the
            // context.
            nft.run("add table ip gantry-dns; "
                    + "add chain ip gantry-dns output { type nat hook output priority -100; policy accept; }; "
                    + "flush chain ip gantry-dns output; "
                    + rule(server, "udp", udpPort)
                    + rule(server, "tcp", tcpPort));
            return true;
        } catch (KernelException | NftablesException e) {
            LOG.debug("no rules for the name server in {}, it takes port 53 itself: {}", namespace, e.getMessage());
            return false;
        }
    }

    private static String rule(String server, String protocol, int port) {
        return "add rule ip gantry-dns output ip daddr " + server + " " + protocol + " dport 53 dnat to " + server + ":"
                + port + "; ";
    }
}
