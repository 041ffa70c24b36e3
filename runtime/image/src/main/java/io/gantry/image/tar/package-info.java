/**
 * The tar codec: POSIX.1-2001 (pax), ustar, the GNU extensions and old V7 archives, streaming, with binary-safe extended attributes.
 * Names are strings in the form of {@link io.gantry.linux.KernelString}.
 */
package io.gantry.image.tar;
