package io.gantry.linux;

/** The kinds of namespace ({@code namespaces(7)}) that a thread can enter or leave by itself. */
public enum NamespaceKind {
    CGROUP("cgroup", 0x02000000),
    IPC("ipc", 0x08000000),
    MOUNT("mnt", 0x00020000),
    NETWORK("net", 0x40000000),
    /** Takes effect for children of the thread only. */
    PID("pid", 0x20000000),
    /** Takes effect for children of the thread only. */
    TIME("time", 0x00000080),
    UTS("uts", 0x04000000);

    private final String file;
    private final int flag;

    NamespaceKind(String file, int flag) {
        this.file = file;
        this.flag = flag;
    }

    /** The name under {@code /proc/PID/ns}. */
    public String file() {
        return file;
    }

    /** The {@code CLONE_NEW…} flag. */
    int flag() {
        return flag;
    }
}
