/** The name server at 127.0.0.11 that containers on networks with names have, and the {@code resolv.conf} that leads to it. */
package io.gantry.engine.dns;
