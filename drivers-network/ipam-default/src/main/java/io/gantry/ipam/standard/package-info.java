/**
 * The IPAM drivers {@code default}, which hands out subnets and addresses of this host alone, and {@code null}, which hands out none. Both
 * keep their state in memory: after a restart the engine asks again for what is in use.
 */
package io.gantry.ipam.standard;
