package io.gantry.storage.btrfs;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** Sizes as Docker writes them, with four digits at most. */
final class SizeText {
    private static final List<String> DECIMAL = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");
    private static final List<String> BINARY = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

    private SizeText() {}

    /** In powers of 1000. */
    static String decimal(long bytes) {
        return of(bytes, 1000, DECIMAL);
    }

    /** In powers of 1024. */
    static String binary(long bytes) {
        return of(bytes, 1024, BINARY);
    }

    private static String of(long bytes, int base, List<String> units) {
        BigDecimal number = BigDecimal.valueOf(bytes);
        int unit = 0;
        while (number.compareTo(BigDecimal.valueOf(base)) >= 0 && unit < units.size() - 1) {
            number = number.divide(BigDecimal.valueOf(base), MathContext.DECIMAL64);
            unit++;
        }
        BigDecimal rounded = number.round(new MathContext(4)).stripTrailingZeros();
        return rounded.toPlainString() + units.get(unit);
    }
}
