/** The storage driver {@code vfs}: every layer a full copy. */
package io.gantry.storage.vfs;
