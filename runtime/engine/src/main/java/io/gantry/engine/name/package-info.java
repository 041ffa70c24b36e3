/** Ids and names. */
package io.gantry.engine.name;
