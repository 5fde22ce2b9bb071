package dev.sluice.core.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** The elements of a tensor, wherever they are: row-major and little-endian. */
interface Elements {
    /** How many bytes they are. */
    long size();

    /**
     * Finds out whether they are what was written, if there is a checksum.
     *
     * @param what is asked for, for messages
     */
    void requireIntact(String what);

    /** Lets {@code reading} read them. */
    void read(String what, Consumer<MemorySegment> reading);

    /** For who reads them later. */
    MemorySegment bytes(String what);

    /** In memory. */
    record InMemory(MemorySegment memory) implements Elements {
        @Override
        public long size() {
            return memory.byteSize();
        }

        @Override
        public void requireIntact(String what) {} // nobody else writes it

        @Override
        public void read(String what, Consumer<MemorySegment> reading) {
            reading.accept(memory);
        }

        @Override
        public MemorySegment bytes(String what) {
            return memory;
        }
    }

    /**
     * One after the other in a file.
     *
     * @param sum of what they are a part of; null if there is none
     */
    record InFile(OpenFile file, long from, long size, Checksum sum) implements Elements {
        InFile part(long offset, long length) {
            return new InFile(file, from + offset, length, sum);
        }

        @Override
        public void requireIntact(String what) {
            if (sum != null) {
                sum.require(file, what);
            }
        }

        @Override
        public void read(String what, Consumer<MemorySegment> reading) {
            requireIntact(what);
            file.use(what, bytes -> reading.accept(bytes.asSlice(from, size)));
        }

        @Override
        public MemorySegment bytes(String what) {
            file.requireOpen(what);
            requireIntact(what);
            return file.bytes().asSlice(from, size);
        }
    }

    /** In a file in another order, or some of them several times; they are gathered each time they are read. */
    record Strided(Elements storage, long size, int elementSize, long[] sizes, long[] strides) implements Elements {
        @Override
        public void requireIntact(String what) {
            storage.requireIntact(what);
        }

        @Override
        public void read(String what, Consumer<MemorySegment> reading) {
            try (Arena arena = Arena.ofConfined()) {
                reading.accept(gathered(what, arena));
            }
        }

        @Override
        public MemorySegment bytes(String what) {
            return gathered(what, Arena.ofAuto());
        }

        private MemorySegment gathered(String what, Arena arena) {
            MemorySegment result = arena.allocate(size, 8);
            storage.read(what, from -> gather(from, result));
            return result;
        }

        private void gather(MemorySegment storage, MemorySegment result) {
            long[] index = new long[sizes.length];
            long from = 0;
            for (long to = 0; to < size; to += elementSize) {
                MemorySegment.copy(storage, from * elementSize, result, to, elementSize);
                for (int d = sizes.length - 1; d >= 0; d--) {
                    from += strides[d];
                    if (++index[d] < sizes[d]) {
                        break;
                    }
                    from -= strides[d] * sizes[d];
                    index[d] = 0;
                }
            }
        }
    }
}
