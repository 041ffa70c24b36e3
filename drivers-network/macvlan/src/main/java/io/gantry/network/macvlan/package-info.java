/**
 * Docker's network driver {@code macvlan}: each container has an interface with a MAC address of its own on an interface of the host, the parent, and so is on the parent's
 * network as a machine of its own. What is made on the host bears an alias ({@code ip link} shows it) by which it is known again; links without it are never
 * deleted.
 */
package io.gantry.network.macvlan;
