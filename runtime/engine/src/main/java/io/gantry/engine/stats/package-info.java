/** What the kernel counts of containers, and their processes as {@code ps} shows them. */
package io.gantry.engine.stats;
