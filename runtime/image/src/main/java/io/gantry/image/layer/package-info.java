/**
 * Layers on disk: applying an archive to a driver's directory, and writing a directory or a difference as an archive. All work on files is
 * relative to open directories, so that no name or link of an archive can lead outside.
 */
package io.gantry.image.layer;
