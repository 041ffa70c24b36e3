/** The storage driver {@code overlay2}: layers stacked by the kernel. */
package io.gantry.storage.overlay2;
