package io.gantry.storage.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.KernelString;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lines of {@code zfs diff}. */
class DiffLineTest {
    @Test
    void everyChangeIsRead() {
        String output = """
                M	/	/run/look/1
                +	F	/run/look/1/new
                -	@	/run/look/1/d/gone
                R	F	/run/look/1/from	/run/look/1/d/to
                """;

        assertThat(DiffLine.parse(output, "/run/look/1").orElseThrow())
                .containsExactly(
                        new DiffLine('M', true, "/", Optional.empty()),
                        new DiffLine('+', false, "/new", Optional.empty()),
                        new DiffLine('-', false, "/d/gone", Optional.empty()),
                        new DiffLine('R', false, "/from", Optional.of("/d/to")));
        assertThat(DiffLine.parse("", "/run/look/1"))
                .hasValueSatisfying(lines -> assertThat(lines).isEmpty());
    }

    @Test
    void namesAreUnescaped() {
        String odd = KernelString.decode(new byte[] {'/', 'n', (byte) 0xE9, '\n', '\t', '\\', ' '});
        String umlaut = KernelString.decode("/\u00fc".getBytes(StandardCharsets.UTF_8));

        assertThat(DiffLine.parse(
                        "+\tF\t/a\\0040b/n\\0351\\0012\\0011\\0134\\0040\n+\tF\t/a\\0040b/\\0303\\0274\n", "/a b"))
                .hasValueSatisfying(
                        lines -> assertThat(lines).extracting(DiffLine::path).containsExactly(odd, umlaut));
    }

    @Test
    void whatTellsTooLittleIsLeftToOthers() {
        assertThat(DiffLine.parse("M\tF\t/m/f\t(+1)\n", "/m")).isEmpty();
        assertThat(DiffLine.parse("M\t/\t/m/<xattrdir>/user.x\n", "/m")).isEmpty();
        assertThat(DiffLine.parse("M\tF\t/elsewhere/f\n", "/m")).isEmpty();
        assertThat(DiffLine.parse("M\tF\t/more\n", "/m")).isEmpty();
        assertThat(DiffLine.parse("?\tF\t/m/f\n", "/m")).isEmpty();
        assertThat(DiffLine.parse("R\tF\t/m/f\n", "/m")).isEmpty();
    }
}
