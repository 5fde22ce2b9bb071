package dev.sluice.core.io;

import java.util.List;

/** What a pickle is made of beside dictionaries, lists, texts and numbers. */
final class Pickled {
    /** Python's None. */
    static final Object NONE = new Object();

    private Pickled() {}

    /** A name that is known. */
    record Global(String name) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A tuple. */
    record Tuple(List<Object> items) {
        /** Whether all items are whole numbers from 0. */
        boolean areCounts() {
            return items.stream().allMatch(item -> item instanceof Long count && count >= 0);
        }

        long[] toArray() {
            return items.stream().mapToLong(item -> (Long) item).toArray();
        }
    }

    /** Memory that tensors share. */
    record Storage(DType type, String key, long elements) {}

    /** Some elements of a storage; strides are in elements. */
    record Tensor(Storage storage, long offset, long[] sizes, long[] strides) {}
}
