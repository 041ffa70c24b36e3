/** Parts that network drivers may build on, in-tree and third-party ones alike. Nothing here is needed to implement the SPI. */
package io.gantry.spi.network.support;
