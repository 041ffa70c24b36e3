/** Network driver host. */
package io.gantry.network.host;
