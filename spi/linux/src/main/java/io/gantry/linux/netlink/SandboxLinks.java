package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Links that are made in the host's namespace, moved into a sandbox by somebody else, and have no other end by which they could be deleted: macvlan and ipvlan. Each
 * bears a mark as alias, which it keeps on its way; in which sandbox it should be is kept in a file, so that it can be taken out again after a restart.
 *
 * <p>The socket is the caller's. Calls for one id must not run side by side.
 */
public final class SandboxLinks {

    private static final int NAME_DIGITS = 11;
    private static final String ROLE = " endpoint ";

    private final Netlink netlink;
    private final String mark;
    private final String prefix;
    private final Path records;

    /**
     * @param netlink in the host's namespace
     * @param mark what the aliases of all links of the caller begin with
     * @param prefix two letters that names begin with
     * @param records a directory of the caller's own that a reboot empties; made when missing
     * @throws UncheckedIOException if the directory cannot be made
     */
    public SandboxLinks(Netlink netlink, String mark, String prefix, Path records) {
        this.netlink = netlink;
        this.mark = mark;
        this.prefix = prefix;
        this.records = records;
        try {
            Files.createDirectories(records);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory " + records, e);
        }
    }

    /** How the link of an id, of at least 11 characters, is called until it is moved. */
    public String name(String id) {
        return prefix + id.substring(0, NAME_DIGITS);
    }

    /**
     * Makes the link of an id, in place of one that is there.
     *
     * @param namespace the sandbox that it will be moved to
     * @param requests what makes a link of that {@link #name}, and changes to it
     * @throws KernelException if one of them fails; nothing is left then. EEXIST if somebody else's link has that name
     */
    public void make(String id, Path namespace, NetlinkRequest... requests) {
        remove(id);
        if (netlink.link(name(id)).isPresent()) {
            throw new KernelException("RTM_NEWLINK", name(id), Errno.EEXIST, "a link of another's has that name");
        }
        write(id, namespace);
        List<NetlinkRequest> all = new ArrayList<>(List.of(requests));
        all.add(NetlinkRequest.change(LinkChange.of(name(id)).alias(mark + ROLE + id)));
        try {
            // One system call, so that being killed in between cannot leave a link without mark.
            netlink.execute(all);
        } catch (KernelException e) {
            remove(id);
            throw e;
        }
    }

    /**
     * Deletes the link of an id, wherever it is; does nothing if it is gone, be it with its sandbox. A sandbox that goes by itself takes its links along only a little later:
     * until then the kernel lets no other link on the parent have their addresses.
     */
    public void remove(String id) {
        delete(netlink, id);
        read(id).ifPresent(namespace -> {
            try (Netlink sandbox = Netlink.open(namespace)) {
                delete(sandbox, id);
            } catch (KernelException e) {
                // No such file, a process that is gone, or nothing mounted on the file any more.
                if (!e.is(Errno.ENOENT, Errno.EINVAL, Errno.ESRCH)) {
                    throw e;
                }
            }
        });
        try {
            Files.deleteIfExists(records.resolve(id));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the record " + records.resolve(id), e);
        }
    }

    /**
     * Deletes the links of all ids but these.
     *
     * @return the ids that had one, or a record of one
     */
    public List<String> removeOthers(Set<String> known) {
        List<String> others = new ArrayList<>();
        try (Stream<Path> files = Files.list(records)) {
            files.map(file -> file.getFileName().toString()).forEach(others::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the records in " + records, e);
        }
        netlink.links().stream()
                .flatMap(link -> link.alias().stream())
                .filter(alias -> alias.startsWith(mark + ROLE))
                .map(alias -> alias.substring((mark + ROLE).length()))
                .filter(id -> !others.contains(id))
                .forEach(others::add);
        others.removeAll(known);
        others.forEach(this::remove);
        return others;
    }

    private void delete(Netlink where, String id) {
        where.links().stream()
                .filter(link -> link.alias().filter((mark + ROLE + id)::equals).isPresent())
                .forEach(link -> where.deleteLink(link.index()));
    }

    private void write(String id, Path namespace) {
        try {
            Files.writeString(records.resolve(id), namespace.toAbsolutePath().toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the record " + records.resolve(id), e);
        }
    }

    /** A record whose writing was cut off names no file, or another than a namespace. */
    private Optional<Path> read(String id) {
        try {
            return Optional.of(Files.readString(records.resolve(id)))
                    .filter(text -> !text.isEmpty())
                    .map(Path::of);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the record " + records.resolve(id), e);
        }
    }
}
