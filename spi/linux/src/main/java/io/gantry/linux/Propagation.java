package io.gantry.linux;

/** Who else sees mounts made and removed beneath a mount: {@code mount_namespaces(7)}. */
public enum Propagation {
    UNBINDABLE(1L << 17),
    PRIVATE(1L << 18),
    SLAVE(1L << 19),
    SHARED(1L << 20);

    private final long flag;

    Propagation(long flag) {
        this.flag = flag;
    }

    /** The {@code MS_} flag. */
    long flag() {
        return flag;
    }
}
