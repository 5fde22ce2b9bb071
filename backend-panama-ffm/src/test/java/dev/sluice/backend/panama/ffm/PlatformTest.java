package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTest {
    @TempDir
    Path folder;

    private String caches() {
        return folder.resolve("caches").toString();
    }

    private String home() {
        return folder.resolve("home").toString();
    }

    @Test
    void copiesAreKeptWhereTheUserSaysOrWhereTheSystemKeepsSuch() {
        assertThat(Platform.LINUX.cache("own", caches(), home())).isEqualTo(Path.of("own"));
        assertThat(Platform.LINUX.cache("", caches(), home())).isEqualTo(folder.resolve("caches/sluice"));
        assertThat(Platform.LINUX.cache("", null, home())).isEqualTo(folder.resolve("home/.cache/sluice"));
        assertThat(Platform.MACOS.cache("", null, home())).isEqualTo(folder.resolve("home/Library/Caches/sluice"));
        assertThat(Platform.WINDOWS.cache("", null, home())).isEqualTo(folder.resolve("home/AppData/Local/sluice"));
    }

    /** A container's user without a name has the home {@code ?}; nothing is to be made in the folder that a process happens to start in. */
    @Test
    void whatIsNotAbsoluteIsNoPlace() {
        for (String home : new String[] {null, "", "?", ".", "home", "a\0b"}) {
            assertThat(Platform.LINUX.cache("", null, home)).as(home).isNull();
            assertThat(Platform.LINUX.cache("", caches(), home)).as(home).isEqualTo(folder.resolve("caches/sluice"));
        }
        for (String variable : new String[] {"", "caches", "~/caches", "../caches", "a\0b"}) {
            assertThat(Platform.LINUX.cache("", variable, home())).as(variable).isEqualTo(folder.resolve("home/.cache/sluice"));
        }
    }
}
