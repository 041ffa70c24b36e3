/** Compression of layers and archives: told apart by their first bytes, bounded against bombs, never by a helper program. */
package io.gantry.image.compress;
