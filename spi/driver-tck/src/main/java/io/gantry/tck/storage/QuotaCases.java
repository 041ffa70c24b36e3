package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.QuotaController;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bounds on what a layer takes. All sizes follow from {@link #leastLimit}. Whether what is beneath counts is each driver's own, as it is with Docker: with btrfs it does. */
interface QuotaCases extends StorageCases {
    /** Far enough beyond any limit here that a file system that counts late has counted. */
    private long muchTooMuch() {
        return 6 * leastLimit() + (32 << 20);
    }

    @Test
    default void aSizeIsHonouredOrRefusedInWords() throws IOException {
        QuotaController quotas = quotas();
        bench().driver().prepare(id("x"), Optional.empty(), sized(leastLimit()));
        assertThat(quotas.limit(id("x"))).contains(leastLimit());
        bench().in("x", root -> {
            assertThat(write(root.resolve("fits"), leastLimit() / 2)).isEqualTo(leastLimit() / 2);
            assertThat(write(root.resolve("too-big"), muchTooMuch())).isLessThan(muchTooMuch());
            Files.delete(root.resolve("too-big"));
            assertThat(Files.size(root.resolve("fits"))).isEqualTo(leastLimit() / 2);
        });
    }

    @Test
    default void aLimitIsChangedWhileTheLayerIsThere() throws IOException {
        QuotaController quotas = quotas();
        bench().driver().prepare(id("x"), Optional.empty(), sized(leastLimit()));
        bench().in(
                        "x",
                        root -> assertThat(write(root.resolve("f"), muchTooMuch()))
                                .isLessThan(muchTooMuch()));
        quotas.limit(id("x"), 4 * leastLimit());

        assertThat(quotas.limit(id("x"))).contains(4 * leastLimit());
        bench().in("x", root -> {
            Files.delete(root.resolve("f"));
            assertThat(write(root.resolve("f"), 2 * leastLimit())).isEqualTo(2 * leastLimit());
        });
        assertThatThrownBy(() -> quotas.limit(id("x"), 0)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> quotas.limit(id("x"), -1)).isInstanceOf(InvalidArgumentException.class);
        assertThat(quotas.limit(id("x"))).contains(4 * leastLimit());
    }

    @Test
    default void whatALayerHasAlreadyItKeepsUnderALowerLimit() throws IOException {
        QuotaController quotas = quotas();
        bench().driver().prepare(id("x"), Optional.empty(), sized(4 * leastLimit()));
        bench().in("x", root -> write(root.resolve("f"), 2 * leastLimit()));
        try {
            quotas.limit(id("x"), leastLimit());
        } catch (UnsupportedException e) {
            assertThat(quotas.limit(id("x"))).contains(4 * leastLimit());
            throw new NotOfferedException("lower limits: " + e.problem().reason());
        }
        bench().in("x", root -> {
            assertThat(root.resolve("f")).hasSize(2 * leastLimit());
            assertThat(write(root.resolve("more"), muchTooMuch())).isLessThan(muchTooMuch());
            Files.delete(root.resolve("f"));
        });
    }

    @Test
    default void limitsSurviveReopening() throws IOException {
        quotas();
        bench().driver().prepare(id("made"), Optional.empty(), sized(leastLimit()));
        bench().driver().prepare(id("changed"), Optional.empty(), sized(leastLimit()));
        quotas().limit(id("changed"), 2 * leastLimit());
        bench().reopen();

        assertThat(quotas().limit(id("made"))).contains(leastLimit());
        assertThat(quotas().limit(id("changed"))).contains(2 * leastLimit());
        bench().in(
                        "made",
                        root -> assertThat(write(root.resolve("f"), muchTooMuch()))
                                .isLessThan(muchTooMuch()));
    }

    @Test
    default void aLayerOnALimitedOneAndItsSiblingsAreNotLimitedByIt() throws IOException {
        QuotaController quotas = quotas();
        bench().driver().prepare(id("x"), Optional.empty(), sized(leastLimit()));
        bench().prepare("sibling");
        Optional<Long> usual = quotas.limit(id("sibling"));
        bench().in("x", root -> write(root.resolve("f"), leastLimit() / 2));
        bench().driver().commit(id("x"), id("base"));
        bench().prepare("child", "base");

        assertThat(quotas.limit(id("child"))).isEqualTo(usual);
        for (String free : new String[] {"sibling", "child"}) {
            bench().in(
                            free,
                            root -> assertThat(write(root.resolve("big"), 2 * leastLimit()))
                                    .isEqualTo(2 * leastLimit()));
        }
    }

    @Test
    default void onlyAnActiveLayerIsLimited() throws IOException {
        QuotaController quotas = quotas();
        bench().base("base", root -> {});
        bench().driver().view(id("view"), id("base"));
        for (String layer : new String[] {"base", "view"}) {
            assertThatThrownBy(() -> quotas.limit(id(layer), 2 * leastLimit()))
                    .isInstanceOf(FailedPreconditionException.class);
        }
        assertThatThrownBy(() -> quotas.limit(id("nobody"), 2 * leastLimit())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> quotas.limit(id("nobody"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    default void aRemovedLayersLimitIsNobodyElses() throws Exception {
        QuotaController quotas = quotas();
        bench().driver().cleanup();
        List<String> unused = leftovers();
        bench().prepare("plain");
        Optional<Long> usual = quotas.limit(id("plain"));
        for (int i = 0; i < 5; i++) {
            bench().driver().prepare(id("x" + i), Optional.empty(), sized(leastLimit()));
        }
        for (int i = 0; i < 5; i++) {
            bench().driver().remove(id("x" + i));
        }
        bench().driver().cleanup();
        for (int i = 0; i < 5; i++) {
            bench().prepare("y" + i);
            assertThat(quotas.limit(id("y" + i))).isEqualTo(usual);
        }
        bench().in(
                        "y0",
                        root -> assertThat(write(root.resolve("f"), 2 * leastLimit()))
                                .isEqualTo(2 * leastLimit()));
        bench().driver().layers().forEach(layer -> bench().driver().remove(layer.id()));
        awaitNothingLeft(unused);
    }

    /** Skips the case where there are none, with the driver's own words if a size is refused. */
    private QuotaController quotas() {
        boolean declared = bench().provider().options().stream()
                .anyMatch(option -> option.key().equals("size") && option.scope() == OptionSpec.Scope.OBJECT);
        Optional<QuotaController> quotas = bench().driver().capability(QuotaController.class);
        if (quotas.isPresent()) {
            assertThat(declared).as("an option size for layers is declared").isTrue();
            return quotas.get();
        }
        if (!declared) {
            throw new NotOfferedException("QuotaController");
        }
        try {
            bench().driver().prepare(id("sized"), Optional.empty(), sized(leastLimit()));
        } catch (UnsupportedException e) {
            assertThat(bench().driver().layers()).isEmpty();
            throw new NotOfferedException("QuotaController: " + e.problem().reason());
        }
        throw new AssertionError("a layer was made with a size, and the driver has no QuotaController");
    }

    private LayerOptions sized(long bytes) {
        return bench().layerOptions(Map.of("size", Long.toString(bytes)));
    }

    /** Writes what cannot be compressed, on disk bit by bit, and says how far it came. */
    private static long write(Path file, long bytes) throws IOException {
        byte[] noise = new byte[1 << 20];
        Random random = new Random(7);
        long written = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (written < bytes) {
                random.nextBytes(noise);
                ByteBuffer next = ByteBuffer.wrap(noise, 0, (int) Math.min(noise.length, bytes - written));
                while (next.hasRemaining()) {
                    written += channel.write(next);
                }
                channel.force(false);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).matches(".*(quota exceeded|No space left on device).*")) {
                throw e;
            }
        }
        return written;
    }
}
