package dev.sluice.core.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle is made of beside dictionaries, lists, texts and numbers. */
final class Pickled {
    /** Python's None. */
    static final Object NONE = new Object();

    private Pickled() {}

    /** The name of something in Python; it is never looked up. */
    record Global(String name) {
        @Override
        public String toString() {
            return name;
        }

        /** The name without its module. */
        String last() {
            return name.substring(name.lastIndexOf('.') + 1);
        }
    }

    /** A tuple. */
    record Tuple(List<Object> items) {
        /** Whether all items are whole numbers from 0, and as few as a tensor may have dimensions. */
        boolean areCounts() {
            return items.size() <= MOST_DIMENSIONS && items.stream().allMatch(item -> item instanceof Long count && count >= 0);
        }

        long[] toArray() {
            return items.stream().mapToLong(item -> (Long) item).toArray();
        }
    }

    /** As many as PyTorch's operations take; to make a tensor of a million, again and again, would take all memory. */
    static final int MOST_DIMENSIONS = 64;

    /**
     * An object that is not understood: what would be called to make it, which never is, and what it would be given. It may contain itself.
     */
    static final class Foreign {
        final String name;
        final List<Object> arguments;
        private List<Object> items = List.of();
        private Map<Object, Object> entries = Map.of();
        private Object state = NONE;

        Foreign(String name, List<Object> arguments) {
            this.name = name;
            this.arguments = arguments;
        }

        /** What it would be told to append. */
        List<Object> items() {
            return items.isEmpty() ? items = new ArrayList<>() : items;
        }

        /** What it would be told to hold under keys. */
        Map<Object, Object> entries() {
            return entries.isEmpty() ? entries = new LinkedHashMap<>() : entries;
        }

        /** Its attributes: a dictionary, as a rule. */
        Object state() {
            return state;
        }

        void state(Object attributes) {
            state = attributes;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Memory that tensors share. */
    record Storage(ElementType type, String key, long elements) {}

    /** Some elements of a storage; strides are in elements. */
    record Tensor(ElementType type, Storage storage, long offset, long[] sizes, long[] strides) {}

    /**
     * A tensor that is made in a way that is not understood.
     *
     * @param sizes null if they are not known
     */
    record OpaqueTensor(String maker, String type, long[] sizes) {}
}
