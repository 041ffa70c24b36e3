/** The volume driver {@code local}: directories on this machine, or any file system it can mount. */
package io.gantry.volume.local;
