package io.gantry.ipam.standard;

import io.gantry.spi.network.Cidr;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses of one subnet: a sparse bitmap in blocks of {@value #BLOCK_BITS}, so that a /8 or a /64 costs nothing until it is used. The lowest free
 * address is handed out, as Docker does. Not thread-safe.
 */
final class Subnet {
    private static final int SHIFT = 12;
    private static final int BLOCK_BITS = 1 << SHIFT;

    private final Cidr cidr;
    private final BigInteger base;
    private final BigInteger size;
    private final Map<BigInteger, Block> blocks = new HashMap<>();

    Subnet(Cidr cidr) {
        this.cidr = cidr;
        this.base = Numbers.number(cidr.address());
        this.size = Numbers.size(cidr);
    }

    Cidr cidr() {
        return cidr;
    }

    /** Takes the lowest free address of a range; empty if all are taken. */
    Optional<InetAddress> takeFree(Cidr range) {
        BigInteger first = Numbers.number(range.address()).subtract(base);
        Optional<BigInteger> offset = firstFree(first, first.add(Numbers.size(range)));
        offset.ifPresent(this::mark);
        return offset.map(this::address);
    }

    /** Takes a certain address, which must lie in the subnet; false if it is taken already or never handed out. */
    boolean take(InetAddress address) {
        BigInteger offset = offset(address);
        return !isReserved(offset) && mark(offset);
    }

    void give(InetAddress address) {
        BigInteger offset = offset(address);
        BigInteger number = offset.shiftRight(SHIFT);
        Block block = blocks.get(number);
        if (block != null && block.clear(bit(offset)) && block.used == 0) {
            blocks.remove(number);
        }
    }

    BigInteger offset(InetAddress address) {
        return Numbers.number(address).subtract(base);
    }

    private Optional<BigInteger> firstFree(BigInteger from, BigInteger end) {
        BigInteger at = from;
        while (at.compareTo(end) < 0) {
            BigInteger blockStart = at.shiftRight(SHIFT).shiftLeft(SHIFT);
            Block block = blocks.get(at.shiftRight(SHIFT));
            BigInteger found = block == null ? at : blockStart.add(BigInteger.valueOf(block.nextFree(bit(at))));
            if (found.compareTo(end) >= 0) {
                return Optional.empty();
            }
            boolean inBlock = found.subtract(blockStart).bitLength() <= SHIFT;
            if (inBlock && !isReserved(found)) {
                return Optional.of(found);
            }
            at = inBlock ? found.add(BigInteger.ONE) : found;
        }
        return Optional.empty();
    }

    /** The network's and the broadcast address of IPv4, the routers' anycast address of IPv6 (RFC 4291, 2.6.1); none where there is no room. */
    private boolean isReserved(BigInteger offset) {
        if (size.bitLength() <= 2) {
            return false;
        }
        boolean last = offset.add(BigInteger.ONE).equals(size);
        return offset.signum() == 0 || (last && !cidr.isIpv6());
    }

    private boolean mark(BigInteger offset) {
        return blocks.computeIfAbsent(offset.shiftRight(SHIFT), number -> new Block())
                .set(bit(offset));
    }

    private InetAddress address(BigInteger offset) {
        return Numbers.address(base.add(offset), cidr.isIpv6());
    }

    private static int bit(BigInteger offset) {
        return offset.intValue() & (BLOCK_BITS - 1);
    }

    /** A run of the bitmap. */
    private static final class Block {
        private final long[] words = new long[BLOCK_BITS / Long.SIZE];
        private int used;

        private boolean set(int bit) {
            long mask = 1L << bit;
            if ((words[bit / Long.SIZE] & mask) != 0) {
                return false;
            }
            words[bit / Long.SIZE] |= mask;
            used++;
            return true;
        }

        private boolean clear(int bit) {
            long mask = 1L << bit;
            if ((words[bit / Long.SIZE] & mask) == 0) {
                return false;
            }
            words[bit / Long.SIZE] &= ~mask;
            used--;
            return true;
        }

        /** The first free bit at or after this one, or {@value Subnet#BLOCK_BITS}. */
        private int nextFree(int from) {
            if (used == BLOCK_BITS) {
                return BLOCK_BITS;
            }
            int word = from / Long.SIZE;
            long free = ~words[word] & (-1L << from);
            while (free == 0 && ++word < words.length) {
                free = ~words[word];
            }
            return word == words.length ? BLOCK_BITS : word * Long.SIZE + Long.numberOfTrailingZeros(free);
        }
    }
}
