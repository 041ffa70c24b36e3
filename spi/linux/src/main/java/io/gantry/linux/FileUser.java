package io.gantry.linux;

/**
 * Work done to files as another user and group, with all privileges kept: what is made belongs to them. On a mount with mapped owners only those can make files whom the map shows, and root is
 * none of them.
 */
public final class FileUser {
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private FileUser() {}

    /**
     * Runs work on a platform thread of its own, as {@link Namespaces} does.
     *
     * @throws KernelException EPERM without privilege
     */
    public static <T, E extends Exception> T as(long uid, long gid, Namespaces.Work<T, E> work) throws E {
        return Namespaces.onThread("as-" + uid, () -> become(uid, gid), work);
    }

    /** Turns the calling thread into that user for good, as far as files are concerned. */
    static void become(long uid, long gid) {
        byte[] header = new byte[8];
        byte[] capabilities = new byte[24];
        Struct.view(header).putInt(0, CAPABILITY_VERSION_3);
        if (LibC.calls().capget(header, capabilities) != 0) {
            throw KernelException.last("capget", "");
        }
        // The kernel takes the privileges over files away from who is no longer root; they are put back.
        change(uid, gid);
        if (LibC.calls().capset(header, capabilities) != 0) {
            throw KernelException.last("capset", "");
        }
    }

    /** The calls give back who it was before and no error: asked again for nobody, they change nothing. */
    private static void change(long uid, long gid) {
        LibC.calls().setfsgid((int) gid);
        LibC.calls().setfsuid((int) uid);
        if (LibC.calls().setfsgid(-1) != (int) gid || LibC.calls().setfsuid(-1) != (int) uid) {
            throw new KernelException("setfsuid", uid + ":" + gid, Errno.EPERM, "needs CAP_SETUID and CAP_SETGID");
        }
    }
}
