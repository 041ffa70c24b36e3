package io.gantry.server.http;

/** Chooses who answers a request. */
@FunctionalInterface
public interface Dispatcher {
    /** Called on an event loop: must neither block nor throw. */
    Handling find(RequestHead head);
}
