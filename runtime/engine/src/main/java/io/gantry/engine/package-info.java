/** Driver catalogue, snapshots, containers, networks, volumes, recovery. */
package io.gantry.engine;
