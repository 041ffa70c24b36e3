/** What tests of network drivers stand on: real namespaces, real packets. */
package io.gantry.tck.network;
