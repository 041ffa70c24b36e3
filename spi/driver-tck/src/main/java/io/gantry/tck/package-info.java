/** What the suites for all kinds of drivers share. */
package io.gantry.tck;
