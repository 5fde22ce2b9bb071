package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private final long limit = Memory.limit();
    private final long inUse = Memory.bytesInUse();

    /** What a test forgot on purpose would come back during the next, and spoil what that counts. */
    @AfterEach
    void everythingIsAsBefore() throws InterruptedException {
        Memory.limit(limit);
        for (int i = 0; i < 1000 && Memory.bytesInUse() > inUse; i++) {
            System.gc();
            Thread.sleep(10);
            Memory.take(0).close();
        }
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
        assertThatThrownBy(() -> Memory.take(1 << 30)).isInstanceOf(OutOfMemoryError.class).hasMessageMatching("memory: 1073741824 bytes asked for; \\d+ bytes of tensors "
                + "are in use and Memory\\.limit\\(\\d+\\) allows no more; raise that bound, or keep less at once: smaller batches, a TensorScope around each step");
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

    @Test
    void theBoundIsThatOfThePropertyOrHalfOfWhatTheHeapLeaves() {
        assertThat(MemoryBound.configured().bytes()).isBetween(1L << 20, 1L << 50);
        assertThat(MemoryBound.configured().origin()).matches("half of what the largest Java heap \\(\\d+\\) leaves of the memory \\(\\d+; -Dsluice.memory and Memory.limit set another bound\\)");
        try {
            System.setProperty("sluice.memory", " 512M");
            assertThat(MemoryBound.configured()).isEqualTo(new MemoryBound(512 << 20, "-Dsluice.memory=512m"));
            System.setProperty("sluice.memory", "1000");
            assertThat(MemoryBound.configured().bytes()).isEqualTo(1000);
            System.setProperty("sluice.memory", "999999999999999t");
            assertThat(MemoryBound.configured().bytes()).isEqualTo(Long.MAX_VALUE);
            for (String wrong : new String[] {"much", "-1", "1.5g", "٣g", "1e9"}) {
                System.setProperty("sluice.memory", wrong);
                assertThatThrownBy(MemoryBound::configured).isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("memory: -Dsluice.memory=" + wrong + "; a number of bytes is required, such as 536870912, 512m or 4g");
            }
        } finally {
            System.clearProperty("sluice.memory");
        }
        assertThatThrownBy(() -> Memory.limit(-1)).isInstanceOf(IllegalArgumentException.class).hasMessage("memory: a limit of -1 bytes; 0 or more are required");
    }

    @Test
    void whatIsForgottenIsLookedForBeforeMuchOfItIsHeld() {
        Memory.trim();
        long most = 0;
        for (int i = 0; i < 2000; i++) {
            Memory.take(2 << 20); // 4 GB in all, never closed
            most = Math.max(most, Memory.bytesInUse());
        }
        assertThat(most).isLessThan(Memory.bytesHeld() + 1).isLessThan(400L << 20);
    }

    @Test
    void thePoolKeepsNoMoreThanTwiceWhatWasInUseAndTrimGivesItBack() {
        for (int i = 1; i < 200; i++) {
            Memory.take(i * 300_000L).close();
        }
        assertThat(Memory.bytesHeld()).isLessThanOrEqualTo(2 * Memory.peakBytesInUse());
        long free = Memory.bytesHeld() - Memory.bytesInUse();
        assertThat(free).isPositive();
        assertThat(Memory.trim()).isGreaterThanOrEqualTo(free);
        assertThat(Memory.bytesHeld()).isEqualTo(Memory.bytesInUse());
    }

    @Test
    void thoseGivenBackAreTheLargest() {
        Memory.trim();
        long address;
        try (Memory.Block small = Memory.take(1 << 20)) {
            address = small.segment().address();
        }
        Memory.take(40 << 20).close();
        Memory.limit(Memory.bytesInUse() + (48 << 20));
        Memory.take(30 << 20).close();
        try (Memory.Block again = Memory.take(1 << 20)) {
            assertThat(again.segment().address()).isEqualTo(address);
        }
    }
}
