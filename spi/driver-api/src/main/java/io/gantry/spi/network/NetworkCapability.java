package io.gantry.spi.network;

/** Something a network driver may offer beyond {@link NetworkDriver}; asked for by type, with {@link NetworkDriver#capability}. */
public interface NetworkCapability {}
