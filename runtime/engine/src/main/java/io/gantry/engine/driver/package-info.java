/** The drivers in use: opened on first use, each on a root of its own, and closed with the engine. */
package io.gantry.engine.driver;
