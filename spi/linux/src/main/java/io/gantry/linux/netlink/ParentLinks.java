package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.util.List;
import java.util.Optional;

/**
 * The devices beneath macvlan and ipvlan networks, as Docker treats them: one that exists is used as it is, {@code eth0.10} is made as VLAN 10 of
 * {@code eth0} where it is missing, and a network without a parent gets a dummy device. What is made here bears a mark as alias, by which it is
 * known again after a restart; nothing else is ever deleted.
 *
 * <p>The socket is the caller's. Calls for one parent must not run side by side.
 */
public final class ParentLinks {

    private static final String ROLE = " parent";

    private final Netlink netlink;
    private final String mark;

    /**
     * @param netlink in the namespace of the parents
     * @param mark what the aliases of all links of the caller begin with
     */
    public ParentLinks(Netlink netlink, String mark) {
        this.netlink = netlink;
        this.mark = mark;
    }

    /**
     * The parent of that name. A VLAN that is missing is made and set up.
     *
     * @throws IllegalArgumentException if there is no such parent and none can be made by that name, in Docker's words
     * @throws KernelException if the kernel does not make it; nothing is left then. ENETDOWN if the device beneath is down, EOPNOTSUPP if the
     *     kernel has no VLANs; then {@link KernelException#reason} says what to do
     */
    public Link ready(String name) {
        return netlink.link(name).orElseGet(() -> make(name, NetlinkRequest.createVlan(vlan(name)), "8021q"));
    }

    /**
     * As {@link #ready}, but what is missing is made as a dummy device, which joins the links on it and leads nowhere else.
     *
     * @throws KernelException EOPNOTSUPP if the kernel has no dummy devices
     */
    public Link readyDummy(String name) {
        return netlink.link(name).orElseGet(() -> make(name, NetlinkRequest.createDummy(name), "dummy"));
    }

    /**
     * Deletes a parent that was made here, and with it all links on it.
     *
     * @return whether there was one
     */
    public boolean remove(String name) {
        return netlink.link(name)
                .filter(this::isMade)
                .map(link -> netlink.deleteLink(link.index()))
                .orElse(false);
    }

    /** The names of all parents that were made here and exist. */
    public List<String> made() {
        return netlink.links().stream().filter(this::isMade).map(Link::name).toList();
    }

    private boolean isMade(Link link) {
        return link.alias().filter((mark + ROLE)::equals).isPresent();
    }

    private Link make(String name, NetlinkRequest creation, String module) {
        try {
            // One system call, so that being killed in between cannot leave a link without mark.
            netlink.execute(
                    creation,
                    NetlinkRequest.change(LinkChange.of(name).alias(mark + ROLE).up()));
        } catch (KernelException e) {
            if (!e.is(Errno.EEXIST)) {
                remove(name);
            }
            throw explained(e, module);
        }
        return netlink.link(name).orElseThrow(() -> new KernelException("RTM_GETLINK", name, Errno.ENODEV));
    }

    private static KernelException explained(KernelException e, String module) {
        return switch (e.errno()) {
            case EOPNOTSUPP ->
                e.because("this kernel cannot make such a link: load the module " + module
                        + ", or name a parent that exists");
            case ENETDOWN -> e.because("the interface beneath it is down: set that up first, with ip link set");
            default -> e;
        };
    }

    private VlanSpec vlan(String name) {
        if (name.indexOf('.') < 0) {
            throw new IllegalArgumentException(
                    "invalid subinterface vlan name " + name + ", example formatting is eth0.10");
        }
        String[] parts = name.split("\\.", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException(
                    "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received "
                            + name);
        }
        int id = number(parts[1]);
        Link lower = Optional.of(parts[0])
                .filter(lowerName -> !lowerName.isEmpty())
                .flatMap(netlink::link)
                .orElseThrow(() ->
                        new IllegalArgumentException("-o parent interface was not found on the host: " + parts[0]));
        if (id < 1 || id > VlanSpec.HIGHEST) {
            throw new IllegalArgumentException("vlan id must be between 1-4094, received: " + id);
        }
        return new VlanSpec(name, lower.index(), id);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "unable to parse a valid vlan id from: " + text + " (ex. eth0.10 for vlan 10)", e);
        }
    }
}
