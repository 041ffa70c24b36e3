/** The routes of the Docker Engine API, one class for each kind of object, and the shapes of their answers. */
package io.gantry.server.api;
