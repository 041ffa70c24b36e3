/** What containers wrote: the files conmon keeps, read as Docker shows them and kept within their size. */
package io.gantry.engine.log;
