package io.gantry.linux.nft;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.Conntrack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import jnr.ffi.Pointer;

/**
 * The nftables rule set of one network namespace, through libnftables. Each call of {@link #run} is one batch: the kernel
 * applies all of it or none. Commands are those of nft(8), one a line or separated by {@code ;}, so that an error can name
 * its line.
 *
 * <p>The namespace is the one the context was opened in, whichever thread calls later. One exception, the library's own:
 * it looks interface <em>indices</em> up in the calling thread's namespace, so match by {@code iifname} and
 * {@code oifname}, never by {@code iif} and {@code oif}.
 *
 * <p>Thread-safe. The library keeps state of the whole process, so calls are taken one after another, also those on
 * different contexts. After {@link #close} every method throws {@link IllegalStateException}.
 */
public final class Nftables implements AutoCloseable {

    /** What to say where the library is missing. */
    public static final String MISSING = "nftables' library " + LibNftables.SONAME + " is not installed";

    /** What to do then. */
    public static final String INSTALL = "install it: apt-get install libnftables1";

    private static final String PRIVILEGE = "run as root or with CAP_NET_ADMIN";
    private static final String KERNEL = "use a kernel with CONFIG_NF_TABLES and load the module nf_tables";

    /** Held for every call into the library: its parser and its look-ups of names share buffers across contexts. */
    private static final ReentrantLock LIBRARY = new ReentrantLock();

    private final LibNftables.Calls library;
    private Pointer context;

    private Nftables(LibNftables.Calls library, Pointer context) {
        this.library = library;
        this.context = context;
    }

    /** Whether the library is there; {@link #INSTALL} says how to get it. */
    public static boolean isInstalled() {
        return LibNftables.calls().isPresent();
    }

    /** Tries the library and the kernel, in the calling thread's network namespace; changes nothing. */
    public static NftAvailability available() {
        if (!isInstalled()) {
            return new NftAvailability.Unavailable(MISSING, INSTALL);
        }
        try (Nftables nft = open()) {
            nft.run("list tables");
            return new NftAvailability.Available();
        } catch (KernelException e) {
            return new NftAvailability.Unavailable(
                    "the kernel gives no netfilter netlink socket: " + e.getMessage(), KERNEL);
        } catch (NftablesException e) {
            return new NftAvailability.Unavailable(
                    "nftables does not answer: " + e.detail(), e.is(Errno.EPERM) ? PRIVILEGE : KERNEL);
        }
    }

    /**
     * In the calling thread's network namespace.
     *
     * @throws NftablesException if {@code libnftables.so.1} is not installed; {@link #available} tells beforehand
     * @throws KernelException   if the kernel has no netfilter netlink
     */
    public static Nftables open() {
        LibNftables.Calls library =
                LibNftables.calls().orElseThrow(() -> NftablesException.unavailable(MISSING + "; " + INSTALL));
        // The library ends the whole process when it gets no socket, so it is asked for one only where one can be had.
        Conntrack.open().close();
        LIBRARY.lock();
        try {
            Pointer context = library.nft_ctx_new(0);
            if (context == null) {
                throw new KernelException("nft_ctx_new", "", Errno.ENOMEM);
            }
            if (library.nft_ctx_buffer_output(context) != 0 || library.nft_ctx_buffer_error(context) != 0) {
                library.nft_ctx_free(context);
                throw new KernelException("nft_ctx_buffer_output", "", Errno.ENOMEM);
            }
            return new Nftables(library, context);
        } finally {
            LIBRARY.unlock();
        }
    }

    /** As {@link #open()}, in the network namespace that the file stands for: {@code /proc/PID/ns/net} or a mount of one. */
    public static Nftables open(Path netns) {
        return Namespaces.in(netns, NamespaceKind.NETWORK, () -> open());
    }

    /**
     * Runs a batch of nft(8) commands, or one JSON document if {@link NftOutput#JSON} is among the flags, in which case
     * the answer is JSON too.
     *
     * @return what the commands printed; empty for most that change something
     * @throws NftablesException if any command is refused, in which case none took effect
     * @throws IllegalArgumentException if the text has a NUL in it
     */
    public String run(String commands, NftOutput... flags) {
        return run(commands, false, flags);
    }

    /**
     * Goes through a batch without applying it. The kernel takes part, so a missing table is found.
     *
     * @throws NftablesException if any command would be refused
     */
    public String check(String commands, NftOutput... flags) {
        return run(commands, true, flags);
    }

    /** {@link #run} of a document as libnftables-json(5) describes, answered in JSON. */
    public String runJson(String document) {
        return run(document, NftOutput.JSON);
    }

    /** Frees the context and its socket; does nothing the second time. */
    @Override
    public void close() {
        LIBRARY.lock();
        try {
            if (context != null) {
                library.nft_ctx_free(context);
                context = null;
            }
        } finally {
            LIBRARY.unlock();
        }
    }

    private String run(String commands, boolean dry, NftOutput... flags) {
        if (commands.indexOf(0) >= 0) {
            throw new IllegalArgumentException("nftables commands with a NUL character");
        }
        Set<NftOutput> wanted = EnumSet.noneOf(NftOutput.class);
        wanted.addAll(Arrays.asList(flags));
        LIBRARY.lock();
        try {
            if (context == null) {
                throw new IllegalStateException("the nftables context is closed");
            }
            library.nft_ctx_output_set_flags(context, NftOutput.bits(wanted));
            library.nft_ctx_set_dry_run(context, dry);
            int result = wanted.contains(NftOutput.JSON) || commands.strip().indexOf('\n') < 0
                    ? library.nft_run_cmd_from_buffer(context, terminated(commands))
                    : runFile(commands);
            String output = string(library.nft_ctx_get_output_buffer(context));
            String errors = string(library.nft_ctx_get_error_buffer(context));
            if (result != 0) {
                throw NftablesException.of(commands, errors);
            }
            return output;
        } finally {
            LIBRARY.unlock();
        }
    }

    /** Through a file in memory: of a buffer's errors the library does not tell the line, of a file's it does. */
    private int runFile(String commands) {
        try (Fd file = MemoryFile.of("nft", commands.getBytes(StandardCharsets.UTF_8))) {
            return library.nft_run_cmd_from_filename(
                    context, terminated(file.path().toString()));
        }
    }

    private static byte[] terminated(String string) {
        byte[] text = string.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(text, text.length + 1);
    }

    private static String string(Pointer text) {
        return text == null ? "" : text.getString(0, Integer.MAX_VALUE, StandardCharsets.UTF_8);
    }
}
