package io.gantry.linux.netlink;

import java.nio.ByteBuffer;

/**
 * A received message.
 *
 * @param type    RTM_* or the subsystem's number
 * @param flags   NLM_F_*
 * @param payload what follows the header, in the machine's byte order; valid until the socket's next receive
 */
record NetlinkMessage(int type, int flags, ByteBuffer payload) {

    /** The attributes that follow a fixed part of that many bytes. */
    Attributes attributesAfter(int fixed) {
        int start = Math.min(payload.limit(), fixed);
        return new Attributes(payload.slice(start, payload.limit() - start));
    }
}
