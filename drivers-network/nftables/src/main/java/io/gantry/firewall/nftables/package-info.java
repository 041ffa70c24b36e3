/**
 * The firewall back end {@code nftables}: one table {@code inet gantry}, whose chains never change and whose sets and maps hold everything
 * that differs from network to network and port to port. A packet is looked up in a handful of maps, however many there are.
 */
package io.gantry.firewall.nftables;
