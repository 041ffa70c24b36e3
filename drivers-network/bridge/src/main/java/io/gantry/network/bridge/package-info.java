/**
 * Docker's network driver {@code bridge}: a bridge on the host for each network, a veth pair for each endpoint, address translation by the firewall. What it makes
 * bears an alias ({@code ip link} shows it) by which it is known again; links without it are never touched.
 */
package io.gantry.network.bridge;
