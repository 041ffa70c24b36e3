/** The storage driver zfs. */
package io.gantry.storage.zfs;
