package io.gantry.ipam.standard;

import io.gantry.spi.network.Cidr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where networks without a subnet of their own get one. Docker's: the sixteen-bit networks from 172.17 to 172.31, then 192.168 in slices of
 * length 20; for IPv6 slices of length 64 of a unique local /48 (RFC 4193), whose forty bits come from the machine's id, so that it
 * stays the same.
 */
final class DefaultPools {
    private static final List<Path> MACHINE_IDS =
            List.of(Path.of("/etc/machine-id"), Path.of("/var/lib/dbus/machine-id"));

    private final List<Slices> pools;

    private DefaultPools(List<Slices> pools) {
        this.pools = pools;
    }

    /**
     * What the user configured, or Docker's where he said nothing about that family.
     *
     * @throws IllegalArgumentException if the text does not have the form {@code base=CIDR,size=LENGTH;…}
     */
    static DefaultPools of(Optional<String> configured) {
        List<Slices> pools = new ArrayList<>();
        configured
                .filter(text -> !text.isBlank())
                .ifPresent(text -> Arrays.stream(text.split(";"))
                        .map(String::trim)
                        .map(Slices::parse)
                        .forEach(pools::add));
        if (pools.stream().allMatch(pool -> pool.base().isIpv6())) {
            for (int second = 17; second <= 31; second++) {
                pools.add(new Slices(Cidr.parse("172." + second + ".0.0/16"), 16));
            }
            pools.add(new Slices(Cidr.parse("192.168.0.0/16"), 20));
        }
        if (pools.stream().noneMatch(pool -> pool.base().isIpv6())) {
            pools.add(new Slices(uniqueLocal(), 64));
        }
        return new DefaultPools(List.copyOf(pools));
    }

    /** Every subnet of one family, in the order in which to try them; made as they are asked for. */
    Stream<Cidr> subnets(boolean ipv6) {
        return pools.stream().filter(pool -> pool.base().isIpv6() == ipv6).flatMap(Slices::subnets);
    }

    @Override
    public String toString() {
        return pools.stream().map(Slices::toString).collect(Collectors.joining(", "));
    }

    private static Cidr uniqueLocal() {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfd;
        System.arraycopy(machineBits(), 0, bytes, 1, 5);
        return new Cidr(Numbers.address(new BigInteger(1, bytes), true), 48);
    }

    private static byte[] machineBits() {
        Optional<Path> file = MACHINE_IDS.stream().filter(Files::isReadable).findFirst();
        if (file.isEmpty()) {
            byte[] random = new byte[5];
            new SecureRandom().nextBytes(random);
            return random;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("gantry unique local addresses".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(Files.readAllBytes(file.get()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the machine's id in " + file.get(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** A network cut into subnets of one length. */
    private record Slices(Cidr base, int length) {
        private Slices {
            if (!base.network().equals(base)) {
                throw new IllegalArgumentException(base + " has host bits set: it should be " + base.network());
            }
            int bits = base.isIpv6() ? 128 : 32;
            if (length < base.prefixLength() || length > bits) {
                throw new IllegalArgumentException(base + " cannot be cut into subnets of length " + length);
            }
        }

        private static Slices parse(String text) {
            Optional<String> base = part(text, "base=");
            Optional<String> size = part(text, "size=");
            if (base.isEmpty() || size.isEmpty() || !size.get().matches("\\d{1,3}")) {
                throw new IllegalArgumentException("not an address pool: " + text);
            }
            return new Slices(Cidr.parse(base.get()), Integer.parseInt(size.get()));
        }

        private static Optional<String> part(String text, String key) {
            return Arrays.stream(text.split(","))
                    .map(String::trim)
                    .filter(part -> part.startsWith(key))
                    .map(part -> part.substring(key.length()))
                    .findFirst();
        }

        private Stream<Cidr> subnets() {
            BigInteger first = Numbers.number(base.address());
            BigInteger step = BigInteger.ONE.shiftLeft((base.isIpv6() ? 128 : 32) - length);
            BigInteger count = BigInteger.ONE.shiftLeft(length - base.prefixLength());
            return Stream.iterate(BigInteger.ZERO, at -> at.compareTo(count) < 0, at -> at.add(BigInteger.ONE))
                    .map(at -> new Cidr(Numbers.address(first.add(at.multiply(step)), base.isIpv6()), length));
        }

        @Override
        public String toString() {
            return base.prefixLength() == length ? base.toString() : base + " by /" + length;
        }
    }
}
