/** The storage driver {@code zfs}: layers are datasets of OpenZFS. */
package io.gantry.storage.zfs;
