package io.gantry.linux.netlink;

/**
 * An 802.1q VLAN device to make.
 *
 * @param name   its name
 * @param parent index of the device that carries the tagged frames
 * @param id     the VLAN, 1 to 4094
 */
public record VlanSpec(String name, int parent, int id) {

    /** The highest VLAN that a frame can be tagged with. */
    public static final int HIGHEST = 4094;

    /**
     * Checks name and number.
     *
     * @throws IllegalArgumentException if the name is no interface name or the number no VLAN
     */
    public VlanSpec {
        InterfaceName.require(name);
        if (id < 1 || id > HIGHEST) {
            throw new IllegalArgumentException("a VLAN has a number of 1 to " + HIGHEST + ", not " + id);
        }
    }
}
