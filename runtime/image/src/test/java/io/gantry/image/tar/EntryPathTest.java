package io.gantry.image.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.ImageFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryPathTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a|a",
                "./a|a",
                "././/a|a",
                "/a/b|a/b",
                "//a//b//|a/b",
                "a/./b|a/b",
                "a/.|a",
                "a/../b|b",
                "a/b/../../c|c",
                ".a|.a",
                "..a|..a",
                "...|...",
                "a/...|a/...",
                "a/..b/c|a/..b/c",
                "a./b|a./b",
                "''|''",
                ".|''",
                "./|''",
                "/|''",
                "a/..|''",
            })
    void namesBecomeClean(String name, String clean) throws ImageFormatException {
        assertThat(EntryPath.clean(name)).isEqualTo(clean);
        assertThat(EntryPath.clean(clean)).isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../", "../a", "/..", "/../a", "./../a", "a/../..", "a/../../b/c", "a/b/../../../c"})
    void namesThatClimbAboveTheRootAreRefused(String name) {
        assertThatThrownBy(() -> EntryPath.clean(name))
                .isInstanceOfSatisfying(
                        ImageFormatException.class,
                        e -> assertThat(e.kind()).isEqualTo(ImageFormatException.Kind.ESCAPE))
                .hasMessage("\"" + name + "\" leads outside of the archive's root");
    }

    @Test
    void linksAreFollowedFromWhereTheyLie() throws ImageFormatException {
        assertThat(EntryPath.follow("a/b", "../c")).isEqualTo("a/c");
        assertThat(EntryPath.follow("a/b", "/c")).isEqualTo("c");
        assertThat(EntryPath.follow("", "c")).isEqualTo("c");
        assertThatThrownBy(() -> EntryPath.follow("a", "../../c")).isInstanceOf(ImageFormatException.class);
    }

    @Test
    void pathsComeApartAndTogether() {
        assertThat(EntryPath.parent("a/b/c")).isEqualTo("a/b");
        assertThat(EntryPath.parent("a")).isEmpty();
        assertThat(EntryPath.parent("")).isEmpty();
        assertThat(EntryPath.last("a/b")).isEqualTo("b");
        assertThat(EntryPath.last("a")).isEqualTo("a");
        assertThat(EntryPath.child("", "a")).isEqualTo("a");
        assertThat(EntryPath.child("a", "b")).isEqualTo("a/b");
    }
}
