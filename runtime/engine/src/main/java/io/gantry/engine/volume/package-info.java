/** Volumes: what the engine does around the volume drivers. */
package io.gantry.engine.volume;
