/** The storage driver {@code overlay}, as Docker had it before {@code overlay2}: layers of hard links under a single mount. */
package io.gantry.storage.overlay;
