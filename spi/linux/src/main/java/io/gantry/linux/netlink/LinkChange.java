package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Changes to one existing link, all sent in one message. Immutable: each method answers a new value. The kernel applies
 * them in its own order (namespace, MTU, address, name, flags, master); when one fails, those before it stay done.
 */
public final class LinkChange {

    private final int index;
    private final String name;
    private final int flags;
    private final int flagsMask;
    private final List<Edit> edits;

    private LinkChange(int index, String name, int flags, int flagsMask, List<Edit> edits) {
        this.index = index;
        this.name = name;
        this.flags = flags;
        this.flagsMask = flagsMask;
        this.edits = List.copyOf(edits);
    }

    /**
     * By interface index.
     *
     * @throws IllegalArgumentException if the index is not positive
     */
    public static LinkChange of(int index) {
        if (index <= 0) {
            throw new IllegalArgumentException("an interface index is positive, not " + index);
        }
        return new LinkChange(index, "", 0, 0, List.of());
    }

    /**
     * By name, which cannot be combined with {@link #rename} or {@link #moveTo(Fd, String)}.
     *
     * @throws IllegalArgumentException if it is no interface name
     */
    public static LinkChange of(String name) {
        return new LinkChange(0, InterfaceName.require(name), 0, 0, List.of());
    }

    public LinkChange up() {
        return new LinkChange(index, name, flags | Link.IFF_UP, flagsMask | Link.IFF_UP, edits);
    }

    public LinkChange down() {
        return new LinkChange(index, name, flags & ~Link.IFF_UP, flagsMask | Link.IFF_UP, edits);
    }

    public LinkChange mtu(int bytes) {
        return with("mtu " + bytes, out -> out.u32(Rtnl.IFLA_MTU, bytes));
    }

    public LinkChange mac(MacAddress address) {
        return with("address " + address, out -> out.mac(Rtnl.IFLA_ADDRESS, address));
    }

    /** Makes it a port of the bridge. */
    public LinkChange master(int bridgeIndex) {
        return with("master #" + bridgeIndex, out -> out.u32(Rtnl.IFLA_MASTER, bridgeIndex));
    }

    public LinkChange noMaster() {
        return with("nomaster", out -> out.u32(Rtnl.IFLA_MASTER, 0));
    }

    /** Free text of at most 255 bytes; empty removes it. */
    public LinkChange alias(String text) {
        return with("alias " + text, out -> out.string(Rtnl.IFLA_IFALIAS, text));
    }

    /**
     * A new name; {@code %d} in it is replaced with the first free number.
     *
     * @throws IllegalArgumentException  if it is no interface name
     * @throws IllegalStateException if the link is given by name
     */
    public LinkChange rename(String newName) {
        requireIndex("rename");
        InterfaceName.requireOrPattern(newName);
        return with("name " + newName, out -> out.string(Rtnl.IFLA_IFNAME, newName));
    }

    /** Moves it to another network namespace, where it arrives down; its addresses and routes are lost. */
    public LinkChange moveTo(Fd netns) {
        return with("netns", out -> out.u32(Rtnl.IFLA_NET_NS_FD, netns.value()));
    }

    /** {@link #moveTo(Fd)} with a new name on arrival, by {@link #rename}'s rules. */
    public LinkChange moveTo(Fd netns, String newName) {
        return moveTo(netns).rename(newName);
    }

    /** For a link that is a bridge. */
    public LinkChange bridge(BridgeSettings settings) {
        return with("type bridge " + settings, out -> LinkMessages.writeBridge(out, settings));
    }

    /** For a link that is a bridge's port already: the kernel looks at this before at {@link #master}. */
    public LinkChange port(BridgePort settings) {
        return with("bridge port " + settings, out -> LinkMessages.writePort(out, settings));
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    int flags() {
        return flags;
    }

    int flagsMask() {
        return flagsMask;
    }

    void writeTo(MessageWriter out) {
        edits.forEach(edit -> edit.write.accept(out));
    }

    @Override
    public String toString() {
        String target = name.isEmpty() ? "#" + index : name;
        String updown = flagsMask == 0 ? "" : flags == 0 ? " down" : " up";
        return target + edits.stream().map(edit -> " " + edit.text).collect(Collectors.joining()) + updown;
    }

    private void requireIndex(String what) {
        if (index == 0) {
            throw new IllegalStateException("cannot " + what + " a link that is given by name: " + name);
        }
    }

    private LinkChange with(String text, Consumer<MessageWriter> write) {
        List<Edit> all = new ArrayList<>(edits);
        all.add(new Edit(text, write));
        return new LinkChange(index, name, flags, flagsMask, all);
    }

    private record Edit(String text, Consumer<MessageWriter> write) {}
}
