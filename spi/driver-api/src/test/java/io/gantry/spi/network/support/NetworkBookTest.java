package io.gantry.spi.network.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import org.junit.jupiter.api.Test;

class NetworkBookTest {
    private final NetworkBook<String, Integer> book = new NetworkBook<>();

    @Test
    void networksAndEndpointsAreKnownUntilTheyAreRemoved() {
        book.add("n1", "red", "first");
        book.addEndpoint("n1", "e1", 1);
        assertThat(book.network("n1")).isEqualTo("first");
        assertThat(book.endpoint("n1", "e1")).isEqualTo(1);
        assertThatThrownBy(() -> book.requireUnused("n1"))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("cannot delete network red: network has active endpoints");
        book.removeEndpoint("n1", "e1");
        book.removeEndpoint("n1", "e1");
        book.requireUnused("n1");
        book.remove("n1");
        book.remove("n1");
        assertThat(book.networks()).isEmpty();
    }

    @Test
    void idsAreUsedOnce() {
        book.add("n1", "red", "first");
        book.addEndpoint("n1", "e1", 1);
        assertThatThrownBy(() -> book.add("n1", "blue", "second")).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> book.addEndpoint("n1", "e1", 2)).isInstanceOf(AlreadyExistsException.class);
        assertThat(book.network("n1")).isEqualTo("first");
        assertThat(book.endpoint("n1", "e1")).isEqualTo(1);
    }

    @Test
    void whatIsUnknownIsNotFoundOrEmpty() {
        book.add("n1", "red", "first");
        assertThatThrownBy(() -> book.network("n2")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> book.addEndpoint("n2", "e1", 1)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> book.endpoint("n1", "e1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there is none of that id on network red");
        assertThat(book.find("n2")).isEmpty();
        assertThat(book.findEndpoint("n2", "e1")).isEmpty();
        book.requireUnused("n2");
        book.removeEndpoint("n2", "e1");
    }
}
