/** Volume driver local. */
package io.gantry.volume.local;
