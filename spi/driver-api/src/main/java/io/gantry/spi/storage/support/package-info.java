/**
 * What drivers that keep layers as directories have in common, so that a driver is a few small files: the durable catalogue of layers with its rules
 * ({@link io.gantry.spi.storage.support.LayerCatalog}), the directories it names with deferred removal
 * ({@link io.gantry.spi.storage.support.LayerDirectories}), and I/O errors as typed ones ({@link io.gantry.spi.storage.support.IoFailures}). Needs the JDK alone; no driver has to use it.
 */
package io.gantry.spi.storage.support;
