/** The gantry command. */
package io.gantry.cli;
