/** The event log. */
package io.gantry.engine.event;
