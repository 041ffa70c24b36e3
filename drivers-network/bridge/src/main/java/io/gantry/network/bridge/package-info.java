/** Network driver bridge. */
package io.gantry.network.bridge;
