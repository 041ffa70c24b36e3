/** Images: names and records in the state database, content in the content store. */
package io.gantry.engine.image;
