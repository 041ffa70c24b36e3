/**
 * The network SPI: networks, endpoints, and how an endpoint becomes an interface in a sandbox.
 *
 * <p>The order of calls:
 *
 * <pre>
 *   createNetwork ─► createEndpoint ─► attach ─► [publish ─► unpublish] ─► detach ─► deleteEndpoint ─► deleteNetwork
 * </pre>
 *
 * All values are plain data, fit for JSON, and no driver calls back into the engine, so that one driver serves this engine, a remote Docker daemon and CNI alike. All deletes are idempotent: what is not there
 * counts as deleted. The engine keeps the state maps that a driver returns and hands them back after a restart, see {@link io.gantry.spi.network.Restorable}.
 */
package io.gantry.spi.network;
