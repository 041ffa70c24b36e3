package io.gantry.linux.netlink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Sends from the calling thread's network namespace. */
final class UdpTraffic {

    private UdpTraffic() {}

    /** One datagram; answers how many bytes went out. */
    static int send(String address, int port) {
        boolean ipv6 = address.indexOf(':') >= 0;
        try (DatagramChannel channel =
                DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
            return channel.send(
                    ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(AddressText.parse(address), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
