package io.gantry.storage.overlay2;

import io.gantry.linux.KernelException;
import io.gantry.linux.ProjectQuota;
import io.gantry.spi.DriverException;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerQuotas;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Project quotas of the file system beneath the driver's root. */
final class Projects implements LayerQuotas.Projects {
    private final Path root;
    private final ProjectQuota quota;

    Projects(Path root) {
        this.root = root;
        this.quota = ProjectQuota.of(root);
    }

    @Override
    public long assign(Path directory) {
        return attempt("put " + directory + " under a project quota", () -> {
            long project = quota.unusedProject();
            ProjectQuota.assign(directory, project);
            return project;
        });
    }

    @Override
    public void limit(long project, long bytes) {
        attempt("limit project " + project + " of " + root + " to " + bytes + " bytes", () -> {
            quota.limit(project, bytes);
            return bytes;
        });
    }

    @Override
    public long limit(long project) {
        return attempt(
                "read the limit of project " + project + " of " + root,
                () -> quota.usage(project).limitBytes());
    }

    private static long attempt(String attempted, Supplier<Long> work) throws DriverException {
        try {
            return work.get();
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }
}
