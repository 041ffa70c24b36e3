/** Finds what of images' content, layers and containers does not fit together, in any storage driver, and mends it. */
package io.gantry.engine.check;
