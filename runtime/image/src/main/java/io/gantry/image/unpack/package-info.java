/** Unpacking: the layers of images in the content store become committed layers of a storage driver. */
package io.gantry.image.unpack;
