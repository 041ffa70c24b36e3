/** The firewall SPI: what network drivers ask of packet filter and address translation, whatever program or kernel interface does it. */
package io.gantry.spi.firewall;
