/**
 * nftables through its own library, {@code libnftables.so.1} (libnftables(3)): command batches as text or JSON, each one
 * transaction of the kernel. {@link io.gantry.linux.nft.Nftables} is the entry point.
 */
package io.gantry.linux.nft;
