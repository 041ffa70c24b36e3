/** What the engine remembers: one SQLite database of JSON documents. */
package io.gantry.engine.state;
