package io.gantry.linux.netlink;

import java.util.Optional;
import java.util.Set;

/** RTM_*ADDR messages: struct ifaddrmsg and IFA_* attributes. */
final class AddressMessages {

    private static final int IFADDRMSG = 8;

    private AddressMessages() {}

    static NetlinkRequest add(LinkAddress address) {
        MessageWriter out = message(
                Rtnl.RTM_NEWADDR,
                Rtnl.NLM_F_CREATE | Rtnl.NLM_F_EXCL,
                address.cidr(),
                address.scope(),
                address.linkIndex());
        if (!address.flags().isEmpty()) {
            out.u32(Rtnl.IFA_FLAGS, AddressFlag.bits(address.flags()));
        }
        address.broadcast().ifPresent(broadcast -> out.address(Rtnl.IFA_BROADCAST, broadcast));
        address.label().ifPresent(label -> out.string(Rtnl.IFA_LABEL, label));
        return new NetlinkRequest(
                "RTM_NEWADDR", "add address " + address.cidr() + " to link #" + address.linkIndex(), out);
    }

    static NetlinkRequest delete(int linkIndex, Cidr cidr) {
        MessageWriter out = message(Rtnl.RTM_DELADDR, 0, cidr, AddressScope.UNIVERSE, linkIndex);
        return new NetlinkRequest("RTM_DELADDR", "delete address " + cidr + " from link #" + linkIndex, out);
    }

    /** Of all links: older kernels know no filter, so the caller filters. */
    static NetlinkRequest list() {
        MessageWriter out = new MessageWriter(Rtnl.RTM_GETADDR, Rtnl.NLM_F_DUMP);
        out.u8(Rtnl.AF_UNSPEC).u8(0).u8(0).u8(0).u32(0);
        return new NetlinkRequest("RTM_GETADDR", "list addresses", out);
    }

    static Optional<LinkAddress> read(NetlinkMessage message) {
        if (message.type() != Rtnl.RTM_NEWADDR || message.payload().limit() < IFADDRMSG) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(IFADDRMSG);
        int prefix = Byte.toUnsignedInt(message.payload().get(1));
        Set<AddressFlag> flags = AddressFlag.of(attributes
                .u32(Rtnl.IFA_FLAGS)
                .orElse(Byte.toUnsignedInt(message.payload().get(2))));
        AddressScope scope =
                AddressScope.of(Byte.toUnsignedInt(message.payload().get(3)));
        // IFA_ADDRESS is the far end on point-to-point links; only there does it differ from IFA_LOCAL.
        return attributes
                .address(Rtnl.IFA_LOCAL)
                .or(() -> attributes.address(Rtnl.IFA_ADDRESS))
                .map(address -> new LinkAddress(
                        message.payload().getInt(4),
                        new Cidr(address, prefix),
                        scope,
                        flags,
                        attributes.address(Rtnl.IFA_BROADCAST),
                        attributes.string(Rtnl.IFA_LABEL)));
    }

    private static MessageWriter message(int type, int flags, Cidr cidr, AddressScope scope, int linkIndex) {
        MessageWriter out = new MessageWriter(type, flags);
        out.u8(cidr.isIpv6() ? Rtnl.AF_INET6 : Rtnl.AF_INET)
                .u8(cidr.prefixLength())
                .u8(0)
                .u8(scope.value)
                .u32(linkIndex);
        return out.address(Rtnl.IFA_LOCAL, cidr.address()).address(Rtnl.IFA_ADDRESS, cidr.address());
    }
}
