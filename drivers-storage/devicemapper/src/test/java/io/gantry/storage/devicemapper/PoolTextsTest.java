package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pool says of itself, and what is told of it. */
class PoolTextsTest {
    @Test
    void theStateOfAPoolIsRead() {
        assertThat(PoolStatus.parse("12 158/4161600 5117/1638400 - rw discard_passdown queue_if_no_space - 1024 "))
                .contains(new PoolStatus(12, 158, 4_161_600, 5117, 1_638_400, "rw", false));
        PoolStatus damaged = PoolStatus.parse("3 1/8 2/9 - ro discard_passdown error_if_no_space needs_check 1024")
                .orElseThrow();
        assertThat(damaged.isWritable()).isFalse();
        assertThat(damaged.needsCheck()).isTrue();
        assertThat(damaged.freeData()).isEqualTo(7);
        assertThat(damaged.freeMetadata()).isEqualTo(7);
        assertThat(PoolStatus.parse("1 1/8 9/9 - out_of_data_space discard_passdown error_if_no_space - 1024")
                        .orElseThrow()
                        .isWritable())
                .isTrue();
        assertThat(PoolStatus.parse("Fail")).isEmpty();
        assertThat(PoolStatus.parse("Error")).isEmpty();
    }

    @Test
    void theMinimumIsAtLeastOneBlockUnlessNoneIsAskedFor() {
        assertThat(ThinPool.minimum(1000, 10)).isEqualTo(100);
        assertThat(ThinPool.minimum(5, 10)).isEqualTo(1);
        assertThat(ThinPool.minimum(1000, 0)).isZero();
    }

    @Test
    void theTableOfAPoolIsWholeBlocks() {
        assertThat(ThinPool.table("7:1", "7:0", (1L << 30) + 1000, 128))
                .isEqualTo(new DmRequest.Target(0, 2_097_152, "thin-pool", "7:1 7:0 128 32768 1 error_if_no_space"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "999, 999B",
        "65536, 65.54kB",
        "10737418240, 10.74GB",
        "107374182400, 107.4GB",
        "2147483648, 2.147GB",
        "1000000, 1MB",
        "1234567890123456, 1.235PB"
    })
    void sizesAreWrittenAsDockerDoes(long bytes, String text) {
        assertThat(Sizes.human(bytes)).isEqualTo(text);
    }
}
