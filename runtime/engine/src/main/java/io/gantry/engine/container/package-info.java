/** Containers: made of an image and a request, started under a monitor, watched, restarted, removed, and found again after the engine was. */
package io.gantry.engine.container;
