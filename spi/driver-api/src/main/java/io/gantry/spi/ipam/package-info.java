/** The address management SPI: pools (subnets) and the addresses in them. Shaped as Docker's {@code IpamDriver} calls, so that remote IPAM plug-ins fit. */
package io.gantry.spi.ipam;
