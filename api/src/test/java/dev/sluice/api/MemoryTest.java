package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
    @AfterEach
    void noLimit() {
        Memory.limit(Long.MAX_VALUE);
    }

    @Test
    void blocksAreAlignedAndLargeEnough() {
        for (long bytes : new long[] {0, 1, 63, 64, 65, 80, 81, 100, 127, 128, 129, 1000, 4095, 4096, 4097, 1 << 20, (1 << 20) + 1}) {
            try (Memory.Block block = Memory.take(bytes)) {
                assertThat(block.segment().byteSize()).as(bytes + " bytes").isBetween(Math.max(64, bytes), Math.max(64, bytes * 5 / 4 + 16));
                assertThat(block.segment().address() % 64).isZero();
            }
        }
    }

    @Test
    void whatIsClosedIsUsedAgain() {
        long address;
        try (Memory.Block block = Memory.take(123_456)) {
            address = block.segment().address();
        }
        long held = Memory.bytesHeld();
        try (Memory.Block again = Memory.take(123_450)) {
            assertThat(again.segment().address()).isEqualTo(address);
            assertThat(Memory.bytesHeld()).isEqualTo(held);
        }
    }

    @Test
    void bytesInUseAreCounted() {
        long before = Memory.bytesInUse();
        Memory.Block block = Memory.take(1 << 16);
        assertThat(Memory.bytesInUse()).isEqualTo(before + (1 << 16));
        assertThat(Memory.peakBytesInUse()).isGreaterThanOrEqualTo(before + (1 << 16));
        block.close();
        block.close();
        assertThat(Memory.bytesInUse()).isEqualTo(before);
    }

    @Test
    void aClosedBlockSaysSo() {
        Memory.Block block = Memory.take(64);
        block.close();
        assertThat(block.isClosed()).isTrue();
        assertThatThrownBy(block::segment).isInstanceOf(IllegalStateException.class)
                .hasMessage("memory: this block has been recycled; its owner was closed while it was still in use");
    }

    @Test
    void theLimitIsKeptAndItsMessageSaysWhatToDo() {
        Memory.limit(Memory.bytesHeld() + 1000);
        long inUse = Memory.bytesInUse();
        assertThatThrownBy(() -> Memory.take(1 << 30)).isInstanceOf(OutOfMemoryError.class).hasMessageStartingWith("memory: 1073741824 bytes asked for; ")
                .hasMessageContaining(" bytes of tensors are in use and Memory.limit(").hasMessageEndingWith("or close a TensorScope around each step so that its tensors are recycled");
        assertThat(Memory.bytesInUse()).isLessThanOrEqualTo(inUse); // the attempt collects
    }

    @Test
    void whatNobodyHoldsComesBackWhenMemoryIsShort() {
        Memory.limit(Memory.bytesHeld() + (10 << 20));
        for (int i = 0; i < 50; i++) {
            Memory.take(4 << 20).segment().fill((byte) i); // never closed
        }
        assertThat(Memory.bytesHeld()).isLessThan(1L << 30);
    }

    @Test
    void freePiecesOfOneSizeMakeRoomForAnother() {
        Memory.take(8 << 20).close();
        Memory.limit(Memory.bytesInUse() + (9 << 20));
        Memory.take(5 << 20).close();
        Memory.take(7 << 20).close();
        assertThat(Memory.bytesHeld()).isLessThanOrEqualTo(Memory.bytesInUse() + (9 << 20));
    }

    @Test
    void negativeSizesAreRejected() {
        assertThatThrownBy(() -> Memory.take(-1)).isInstanceOf(IllegalArgumentException.class).hasMessage("memory: -1 bytes asked for; a block has 0 bytes or more");
    }
}
