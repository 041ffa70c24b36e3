/** Storage driver overlay2. */
package io.gantry.storage.overlay2;
