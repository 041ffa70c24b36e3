package io.gantry.linux.netlink;

/**
 * An interface's 64-bit counters since it was made (struct rtnl_link_stats64). All zero where the kernel sent none.
 *
 * @param rxBytes bytes received
 * @param txBytes bytes sent
 */
public record LinkStats(
        long rxPackets,
        long txPackets,
        long rxBytes,
        long txBytes,
        long rxErrors,
        long txErrors,
        long rxDropped,
        long txDropped) {

    static final LinkStats NONE = new LinkStats(0, 0, 0, 0, 0, 0, 0, 0);
}
