/**
 * Finds drivers: which plug-ins lie on the plug-in path, what each provides, why a broken one was left out, and which driver is the default.
 *
 * <p>{@link io.gantry.engine.catalogue.DriverCatalogue#load} is the way in. A bad plug-in never stops the engine: it becomes a
 * {@link io.gantry.engine.catalogue.CatalogueEntry} that says what is wrong with it. Nothing here names a concrete driver.
 */
package io.gantry.engine.catalogue;
