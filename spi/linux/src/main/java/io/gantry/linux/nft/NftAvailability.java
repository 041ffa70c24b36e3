package io.gantry.linux.nft;

/** Whether nftables can be used by this process. */
public sealed interface NftAvailability {

    /** The library is there and the kernel answers it. */
    record Available() implements NftAvailability {}

    /**
     * It cannot be used.
     *
     * @param reason what is missing
     * @param remedy what the operator can do
     */
    record Unavailable(String reason, String remedy) implements NftAvailability {}
}
