/**
 * Routing netlink and conntrack netlink by our own codec: links, addresses, routes, neighbours, bridge forwarding
 * entries, and the deletion of tracked UDP flows.
 *
 * <p>{@link io.gantry.linux.netlink.Netlink} is the entry point. Everything a caller passes or receives is a value; sizes
 * are bytes, indices are kernel interface indices of the namespace that the socket was opened in. Message layouts follow
 * the kernel's {@code include/uapi/linux/{netlink,rtnetlink,if_link,if_addr,neighbour}.h} and
 * {@code include/uapi/linux/netfilter/nfnetlink_conntrack.h}, and the documents {@code rtnetlink(7)}, {@code netlink(7)}.
 */
package io.gantry.linux.netlink;
