/** The storage driver btrfs. */
package io.gantry.storage.btrfs;
