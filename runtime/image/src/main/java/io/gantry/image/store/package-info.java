/** The content store: blobs by digest. */
package io.gantry.image.store;
