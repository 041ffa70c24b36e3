/**
 * Containers under {@code conmon} and an OCI runtime: they, their logs and their exit codes outlive the engine.
 * {@link io.gantry.engine.shim.ContainerRuntime} is the way in.
 */
package io.gantry.engine.shim;
