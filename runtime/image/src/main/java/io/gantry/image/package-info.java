/** Content store, image model, archive readers, layer apply. */
package io.gantry.image;
