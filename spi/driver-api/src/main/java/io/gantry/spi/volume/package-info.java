/** The volume SPI: named directories that outlive containers. Shaped as Docker's {@code VolumeDriver} calls, so that remote volume plug-ins fit. */
package io.gantry.spi.volume;
