package io.gantry.linux.nft;

import java.util.Optional;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;

/** libnftables.so.1, bound once on first use. */
final class LibNftables {

    static final String SONAME = "libnftables.so.1";

    private static final System.Logger LOG = System.getLogger(LibNftables.class.getName());

    private LibNftables() {}

    /** The functions; empty if the library is not there. */
    static Optional<Calls> calls() {
        return Holder.CALLS;
    }

    /** Looks where the dynamic linker looks. */
    static Optional<Calls> load(String soname) {
        try {
            return Optional.of(
                    LibraryLoader.create(Calls.class).failImmediately().load(soname));
        } catch (LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot load " + soname, e);
            return Optional.empty();
        }
    }

    private static final class Holder {
        static final Optional<Calls> CALLS = load(SONAME);

        private Holder() {}
    }

    /** Public only because the class that jnr-ffi makes for it lives in a loader of its own. */
    public interface Calls {
        Pointer nft_ctx_new(int flags);

        void nft_ctx_free(Pointer context);

        void nft_ctx_set_dry_run(Pointer context, boolean dry);

        void nft_ctx_output_set_flags(Pointer context, int flags);

        int nft_ctx_buffer_output(Pointer context);

        int nft_ctx_buffer_error(Pointer context);

        Pointer nft_ctx_get_output_buffer(Pointer context);

        Pointer nft_ctx_get_error_buffer(Pointer context);

        int nft_run_cmd_from_buffer(Pointer context, @In byte[] commands);

        int nft_run_cmd_from_filename(Pointer context, @In byte[] path);
    }
}
