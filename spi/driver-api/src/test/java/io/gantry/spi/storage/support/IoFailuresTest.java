package io.gantry.spi.storage.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.DriverException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class IoFailuresTest {
    @Test
    void aFullDiskAndAUsedUpQuotaAreOutOfSpaceWithARemedy() {
        assertThat(IoFailures.of("write x", new IOException("No space left on device")))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessage("cannot write x: No space left on device"
                        + " (free space or inodes on the file system, see df and df -i)");
        assertThat(IoFailures.of("write x", new FileSystemException("/x", null, "Disk quota exceeded")))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessageContaining("/x: Disk quota exceeded")
                .hasMessageContaining("quota");
        assertThat(IoFailures.of("write x", "ENOSPC", "write: no space", new IllegalStateException()))
                .isInstanceOf(OutOfSpaceException.class);
        assertThat(IoFailures.of("write x", "EDQUOT", "write: quota", new IllegalStateException()))
                .isInstanceOf(OutOfSpaceException.class);
    }

    @Test
    void anythingElseKeepsItsReasonAndCause() {
        NoSuchFileException missing = new NoSuchFileException("/gone");
        DriverException failure = IoFailures.of("read x", missing);

        assertThat(failure)
                .isInstanceOf(IoFailureException.class)
                .hasMessage("cannot read x: no such file or directory: /gone")
                .hasCause(missing);
        assertThat(IoFailures.of("read x", new IOException())).hasMessage("cannot read x: IOException");
        assertThat(IoFailures.of("read x", "EIO", "read: EIO (Input/output error)", missing))
                .isInstanceOf(IoFailureException.class)
                .hasMessage("cannot read x: read: EIO (Input/output error)");
    }
}
