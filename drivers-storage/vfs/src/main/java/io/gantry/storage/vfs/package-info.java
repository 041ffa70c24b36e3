/** Storage driver vfs. */
package io.gantry.storage.vfs;
