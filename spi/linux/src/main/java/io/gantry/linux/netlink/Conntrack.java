package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Tracked connections of one network namespace. NAT decides on a flow's first packet, so a UDP flow that began before a
 * port was published, or that goes on after it was withdrawn, keeps its old way until its entry is deleted.
 *
 * <p>Thread-safe. Needs CAP_NET_ADMIN. Methods throw {@link KernelException}. Message layout:
 * {@code nfnetlink_conntrack.h}.
 */
public final class Conntrack implements AutoCloseable {

    private static final int UDP = 17;

    private static final int GET = (1 << 8) | 1;
    private static final int DELETE = (1 << 8) | 2;
    private static final int NEW = 1 << 8;
    private static final int NFGENMSG = 4;

    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_FILTER = 25;
    private static final int CTA_FILTER_ORIG_FLAGS = 1;
    private static final int CTA_FILTER_REPLY_FLAGS = 2;
    private static final int FILTER_PROTO_NUM = 1 << 3;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;

    private final NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** In the calling thread's network namespace. */
    public static Conntrack open() {
        return new Conntrack(NetlinkSocket.open(NetlinkSocket.NETFILTER));
    }

    /** In the network namespace that the file stands for. */
    public static Conntrack open(Path netns) {
        return Namespaces.in(netns, NamespaceKind.NETWORK, () -> open());
    }

    /**
     * Deletes the entries of UDP flows that were sent to one of these ports, as the sender addressed them (before NAT).
     *
     * @param destination the address they were sent to; any if absent
     * @param ports       1–65535; with none nothing is deleted
     * @return how many were deleted
     */
    public int deleteUdp(Optional<InetAddress> destination, Set<Integer> ports) {
        if (ports.isEmpty()) {
            return 0;
        }
        int deleted = 0;
        for (Flow flow : udpFlows()) {
            boolean wanted = ports.contains(flow.destinationPort)
                    && destination.map(flow.destination::equals).orElse(true);
            if (wanted && delete(flow)) {
                deleted++;
            }
        }
        return deleted;
    }

    /** Closes the socket; does nothing the second time. */
    @Override
    public void close() {
        socket.close();
    }

    private List<Flow> udpFlows() {
        List<Flow> flows = new ArrayList<>();
        for (int family : List.of(Rtnl.AF_INET, Rtnl.AF_INET6)) {
            try {
                flows.addAll(socket.dump(list(family, true), Conntrack::read));
            } catch (KernelException e) {
                // Before 5.8 the kernel knew no filter and either ignored it or refused.
                if (!e.is(Errno.EOPNOTSUPP, Errno.EINVAL)) {
                    throw e;
                }
                flows.addAll(socket.dump(list(family, false), Conntrack::read));
            }
        }
        return flows;
    }

    private boolean delete(Flow flow) {
        try {
            socket.execute(List.of(deletion(flow)), message -> Optional.empty());
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
    }

    private static NetlinkRequest list(int family, boolean filtered) {
        MessageWriter out = message(GET, Rtnl.NLM_F_DUMP, family);
        if (filtered) {
            out.nested(CTA_TUPLE_ORIG, () -> out.nested(CTA_TUPLE_PROTO, () -> out.u8(CTA_PROTO_NUM, UDP)));
            out.nested(
                    CTA_FILTER,
                    () -> out.u32(CTA_FILTER_ORIG_FLAGS, FILTER_PROTO_NUM).u32(CTA_FILTER_REPLY_FLAGS, 0));
        }
        return new NetlinkRequest("IPCTNL_MSG_CT_GET", "list tracked UDP flows", out);
    }

    private static NetlinkRequest deletion(Flow flow) {
        boolean ipv6 = flow.destination instanceof Inet6Address;
        MessageWriter out = message(DELETE, 0, ipv6 ? Rtnl.AF_INET6 : Rtnl.AF_INET);
        out.nested(CTA_TUPLE_ORIG, () -> {
            out.nested(
                    CTA_TUPLE_IP,
                    () -> out.address(ipv6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, flow.source)
                            .address(ipv6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, flow.destination));
            out.nested(
                    CTA_TUPLE_PROTO,
                    () -> out.u8(CTA_PROTO_NUM, UDP)
                            .u16BigEndian(CTA_PROTO_SRC_PORT, flow.sourcePort)
                            .u16BigEndian(CTA_PROTO_DST_PORT, flow.destinationPort));
        });
        flow.zone.ifPresent(zone -> out.u16BigEndian(CTA_ZONE, zone));
        // The identifier sees to it that a newer flow with the same addresses is not hit.
        flow.id.ifPresent(id -> out.u32(CTA_ID, id));
        return new NetlinkRequest("IPCTNL_MSG_CT_DELETE", "delete tracked flow " + flow, out);
    }

    /** struct nfgenmsg: family, version, resource. */
    private static MessageWriter message(int type, int flags, int family) {
        return new MessageWriter(type, flags).u8(family).u8(0).u16(0);
    }

    private static Optional<Flow> read(NetlinkMessage message) {
        if (message.type() != NEW) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(NFGENMSG);
        Optional<Attributes> tuple = attributes.nested(CTA_TUPLE_ORIG);
        Optional<Attributes> ip = tuple.flatMap(nest -> nest.nested(CTA_TUPLE_IP));
        Optional<Attributes> proto = tuple.flatMap(nest -> nest.nested(CTA_TUPLE_PROTO));
        Optional<InetAddress> source =
                ip.flatMap(nest -> nest.address(CTA_IP_V4_SRC).or(() -> nest.address(CTA_IP_V6_SRC)));
        Optional<InetAddress> destination =
                ip.flatMap(nest -> nest.address(CTA_IP_V4_DST).or(() -> nest.address(CTA_IP_V6_DST)));
        boolean udp = proto.isPresent() && proto.get().u8(CTA_PROTO_NUM).orElse(0) == UDP;
        if (!udp || source.isEmpty() || destination.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Flow(
                source.get(),
                proto.get().u16BigEndian(CTA_PROTO_SRC_PORT).orElse(0),
                destination.get(),
                proto.get().u16BigEndian(CTA_PROTO_DST_PORT).orElse(0),
                attributes.u16BigEndian(CTA_ZONE),
                attributes.u32(CTA_ID)));
    }

    /** The identifier is opaque and goes back as it came, so its byte order does not matter. */
    private record Flow(
            InetAddress source,
            int sourcePort,
            InetAddress destination,
            int destinationPort,
            OptionalInt zone,
            OptionalInt id) {
        @Override
        public String toString() {
            return AddressText.format(source) + ":" + sourcePort + " to " + AddressText.format(destination) + ":"
                    + destinationPort;
        }
    }
}
