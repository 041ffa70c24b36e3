/** Networks, endpoints, sandboxes and published ports: what the engine does around the network drivers. */
package io.gantry.engine.network;
