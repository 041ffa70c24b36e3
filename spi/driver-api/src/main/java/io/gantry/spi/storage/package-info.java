/**
 * The storage SPI: layers, how they become mounts, and what a driver may offer beyond that.
 *
 * <p>The life of a layer:
 *
 * <pre>
 *   prepare(id, parent) ──► ACTIVE ──commit(id, name)──► COMMITTED (immutable, may be a parent)
 *   view(id, parent)    ──► VIEW
 *   remove(id)          ──► gone, from any state, unless a child remains
 * </pre>
 *
 * A driver never mounts a layer for the engine: it returns {@link io.gantry.spi.storage.MountSpec}s as data, and the engine mounts, counts uses, unmounts and repairs.
 * Ids are opaque; the engine never re-uses one for different content.
 */
package io.gantry.spi.storage;
