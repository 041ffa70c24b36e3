package io.gantry.network.bridge;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Netlink;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Deletes veth pairs on a thread and a socket of its own: the kernel takes some 16 ms for each, during which it holds up only the socket's next
 * request.
 */
final class VethReaper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(VethReaper.class.getName());
    private static final long CLOSE_SECONDS = 60;

    private final Netlink netlink;
    private final Predicate<Link> ours;
    private final Map<String, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "gantry-veth-reaper");
        worker.setDaemon(true);
        return worker;
    });

    /** Takes the socket over. */
    VethReaper(Netlink netlink, Predicate<Link> ours) {
        this.netlink = netlink;
        this.ours = ours;
    }

    /** Deletes the link soon, if it is ours. */
    void delete(String name) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (pending.putIfAbsent(name, done) == null) {
            thread.execute(() -> reap(name, done));
        }
    }

    /** Returns when no deletion of that name is under way. */
    void await(String name) {
        CompletableFuture<Void> done = pending.get(name);
        if (done != null) {
            try {
                done.join();
            } catch (CompletionException | CancellationException e) {
                LOG.log(System.Logger.Level.DEBUG, "the deletion of " + name + " failed, as was logged", e);
            }
        }
    }

    /** Finishes what is under way, then closes the socket. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "links are left behind: {0}", pending.keySet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        netlink.close();
    }

    private void reap(String name, CompletableFuture<Void> done) {
        try {
            netlink.link(name).filter(ours).ifPresent(link -> netlink.deleteLink(link.index()));
        } catch (KernelException | IllegalStateException e) {
            if (e instanceof KernelException failure && failure.is(Errno.ENODEV)) {
                // The sandbox was torn down in this moment, and took its end along.
                return;
            }
            LOG.log(System.Logger.Level.WARNING, "the link " + name + " is left behind; the next start removes it", e);
        } finally {
            pending.remove(name);
            done.complete(null);
        }
    }
}
