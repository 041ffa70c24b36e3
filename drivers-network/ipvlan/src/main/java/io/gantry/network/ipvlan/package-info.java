/**
 * Docker's network driver {@code ipvlan}: containers share the MAC address of an interface of the host, the parent, and have addresses of their own on its network (mode {@code l2}) or
 * behind it (modes {@code l3} and {@code l3s}, where the host routes). What is made on the host bears an alias ({@code ip link} shows it) by which it is known again;
 * links without it are never deleted.
 */
package io.gantry.network.ipvlan;
