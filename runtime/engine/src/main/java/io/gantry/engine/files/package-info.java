/** Trees of files of containers: written as archives, filled from archives, compared. Nothing here follows a path out of its tree, whatever others do to the tree meanwhile. */
package io.gantry.engine.files;
