package io.gantry.firewall.nftables;

/**
 * An element of one of our sets and maps.
 *
 * @param set the set's name in our table
 * @param key as nft(8) writes it
 * @param value what a map leads to; empty for a set
 */
record Element(String set, String key, String value) {
    static Element of(String set, String key) {
        return new Element(set, key, "");
    }

    /** As it is written to add it. */
    String text() {
        return value.isEmpty() ? key : key + " : " + value;
    }
}
