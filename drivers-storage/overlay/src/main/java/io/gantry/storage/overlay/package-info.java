/** The storage driver overlay. */
package io.gantry.storage.overlay;
