package io.gantry.engine.dns;

import java.net.InetAddress;

/**
 * A name server that questions are sent on to.
 *
 * @param address its address
 * @param fromHost whether it is asked from the host's network namespace; if not, from the container's
 */
public record Upstream(InetAddress address, boolean fromHost) {}
