package io.gantry.engine.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How this host has its cgroups. */
public enum CgroupSetup {
    /** One hierarchy per controller. */
    V1,
    /** The controllers as in v1, and a v2 hierarchy without controllers beside them. */
    HYBRID,
    /** One hierarchy for all. */
    V2;

    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** As it is now. */
    public static CgroupSetup detect() {
        if (Files.exists(ROOT.resolve("cgroup.controllers"))) {
            return V2;
        }
        return Files.exists(ROOT.resolve("unified/cgroup.controllers")) ? HYBRID : V1;
    }

    /** {@code 1} or {@code 2}, as {@code docker info} has it. */
    public String version() {
        return this == V2 ? "2" : "1";
    }

    /** Whether swap can be limited; setting a limit where it cannot makes the OCI runtime fail. */
    public boolean limitsSwap() {
        return this == V2 ? v2Swap() : Files.exists(ROOT.resolve("memory/memory.memsw.limit_in_bytes"));
    }

    /** The root has no {@code memory.swap.max}; any cgroup below has it if the kernel accounts swap. */
    private static boolean v2Swap() {
        try (var children = Files.newDirectoryStream(ROOT, Files::isDirectory)) {
            for (Path child : children) {
                if (Files.exists(child.resolve("memory.swap.max"))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
