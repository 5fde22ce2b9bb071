package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScratchTest {
    @Test
    void handsOutAlignedMatricesOneAfterTheOther() {
        try (Scratch scratch = new Scratch(3 * 5 + 7)) {
            Matrix first = scratch.matrix(3, 5), second = scratch.matrix(1, 7);
            assertThat(first.offset()).isZero();
            assertThat(second.offset()).isEqualTo(16);
            assertThat(second.block()).isSameAs(first.block());
        }
    }

    @Test
    void saysWhenThereIsNoRoomLeft() {
        try (Scratch scratch = new Scratch(100)) {
            scratch.matrix(10, 10);
            assertThatThrownBy(() -> scratch.matrix(20, 10)).isInstanceOf(IllegalStateException.class)
                    .hasMessage("scratch: a matrix of [20, 10] where 116 numbers are left; ask for room for all matrices together");
        }
    }
}
