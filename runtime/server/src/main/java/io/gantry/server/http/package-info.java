/**
 * HTTP/1.1 for blocking handlers: requests are decoded on an event loop and answered on worker threads, bodies stream in both directions
 * within bounded memory, and a connection can be taken over as a raw two-way stream.
 */
package io.gantry.server.http;
