package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.UnsupportedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the programs say when they fail. */
class ZfsFailureTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    cannot open 'tank/x': dataset does not exist                               | MISSING
                    cannot create 'tank/x/y': parent does not exist                            | MISSING
                    cannot create 'tank/x': dataset already exists                             | EXISTS
                    cannot destroy 'tank/x': dataset is busy                                   | BUSY
                    cannot destroy 'tank/x': filesystem has dependent clones                   | IN_USE
                    cannot destroy 'tank/x': filesystem has children                           | IN_USE
                    cannot create 'tank/x': out of space                                       | NO_SPACE
                    cannot set property for 'tank/x': size is less than current used or reserved space | TOO_SMALL
                    cannot create 'tank/x': permission denied                                  | NO_PRIVILEGE
                    Permission denied the ZFS utilities must be run as root.                   | NO_PRIVILEGE
                    The ZFS modules are not loaded.                                            | NO_MODULE
                    The /dev/zfs device is missing and must be created.                        | NO_MODULE
                    internal error: out of memory                                              | OTHER
                    """)
    void theKindIsReadFromTheText(String text, ZfsFailure.Kind kind) {
        assertThat(ZfsFailure.of("zfs x", 1, text + "\n").kind()).isEqualTo(kind);
    }

    @Test
    void anErrorTellsWhatWasRunWhatItSaidAndWhatToDo() {
        assertThat(ZfsFailure.of("zfs create tank/x", 1, "cannot create 'tank/x': out of space\n")
                        .as("prepare layer x"))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessageStartingWith(
                        "cannot prepare layer x: zfs create tank/x: cannot create 'tank/x': out of space (free space")
                .hasMessageContaining("zpool list");
        assertThat(ZfsFailure.of("zfs destroy a", 1, "dataset is busy").as("x"))
                .isInstanceOf(FailedPreconditionException.class);
        assertThat(ZfsFailure.of("zfs list", 1, "The ZFS modules are not loaded.")
                        .as("x"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("modprobe zfs");
        assertThat(ZfsFailure.of("zfs list", 2, "").getMessage()).isEqualTo("zfs list: it ended with exit code 2");
    }
}
