/** The storage, network, IPAM, volume and firewall SPIs. JDK only. */
package io.gantry.spi;
