/** Firewall back end on nftables maps. */
package io.gantry.firewall.nftables;
