/** Docker Engine API on Netty. */
package io.gantry.server;
