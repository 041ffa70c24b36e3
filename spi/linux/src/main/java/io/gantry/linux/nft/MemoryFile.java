package io.gantry.linux.nft;

import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;

/** Files without a name that live as long as their descriptor (memfd_create(2)). */
final class MemoryFile {

    private static final int MFD_CLOEXEC = 1;

    private MemoryFile() {}

    /** A file with that content, which the caller closes. */
    static Fd of(String label, byte[] content) {
        byte[] name = (label + "\0").getBytes(StandardCharsets.UTF_8);
        int number = Holder.CALLS.memfd_create(name, MFD_CLOEXEC);
        if (number < 0) {
            throw KernelException.last("memfd_create", label);
        }
        Fd file = Fd.owning(number);
        try {
            Files.write(file.path(), content, StandardOpenOption.WRITE);
            return file;
        } catch (IOException e) {
            file.close();
            throw new UncheckedIOException("cannot write " + content.length + " bytes to a file in memory", e);
        }
    }

    private static final class Holder {
        static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");

        private Holder() {}
    }

    /** Public only because the class that jnr-ffi makes for it lives in a loader of its own. */
    public interface Calls {
        int memfd_create(@In byte[] name, int flags);
    }
}
