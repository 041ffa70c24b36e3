/**
 * The engine as a library. {@link io.gantry.engine.Engine#open} gives the services that the Docker API server, and anyone else, calls. Every service is safe for use by many threads.
 *
 * <p>Where a method takes a {@code ref}, it is what a user types: a whole id, an unambiguous beginning of one, or a name. Errors are {@link io.gantry.engine.EngineException}s, or the
 * {@link io.gantry.spi.DriverException}s of the drivers.
 */
package io.gantry.engine;
