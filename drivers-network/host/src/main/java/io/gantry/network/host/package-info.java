/** Docker's network driver {@code host}: containers in the host's own network namespace. */
package io.gantry.network.host;
