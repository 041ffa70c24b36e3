/**
 * From what a user asks for to the {@code config.json} of the OCI runtime specification 1.0.2, with Docker's defaults:
 * {@link io.gantry.engine.oci.OciSpec#build}.
 */
package io.gantry.engine.oci;
