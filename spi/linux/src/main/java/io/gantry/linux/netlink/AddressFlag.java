package io.gantry.linux.netlink;

import java.util.EnumSet;
import java.util.Set;

/** Properties of an interface's address ({@code IFA_F_*}). */
public enum AddressFlag {
    /** Further address in a network that the interface already has one of (IPv4), or temporary (IPv6). */
    SECONDARY(0x01),
    /** IPv6: usable at once, without duplicate address detection. */
    NODAD(0x02),
    /** IPv6: duplicate address detection found another holder; the address is unusable. */
    DAD_FAILED(0x08),
    /** IPv6: duplicate address detection is still running. */
    TENTATIVE(0x40),
    /** Without lifetime. Set by the kernel. */
    PERMANENT(0x80),
    /** Adding the address makes no connected route. */
    NO_PREFIX_ROUTE(0x200);

    final int bit;

    AddressFlag(int bit) {
        this.bit = bit;
    }

    static Set<AddressFlag> of(int bits) {
        Set<AddressFlag> flags = EnumSet.noneOf(AddressFlag.class);
        for (AddressFlag flag : values()) {
            if ((bits & flag.bit) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }

    static int bits(Set<AddressFlag> flags) {
        return flags.stream().mapToInt(flag -> flag.bit).reduce(0, (a, b) -> a | b);
    }
}
