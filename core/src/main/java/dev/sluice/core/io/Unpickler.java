package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's <a href="https://docs.python.org/3/library/pickletools.html">pickle machine</a> without Python: it makes dictionaries, lists, tuples, texts, numbers,
 * {@linkplain Pickled.Tensor references to tensors}, and {@linkplain Pickled.Foreign something inert} of everything else. It knows a few names and calls none. Each step takes a byte
 * at least, and what it makes takes about a hundred.
 */
final class Unpickler {
    private static final Object MARK = new Object();
    private static final int LONGEST_GLOBAL = 100;

    private final PickleBytes bytes;
    private final Calls calls = new Calls();
    private final Keys keys;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();

    Unpickler(MemorySegment bytes, long position) {
        this.bytes = new PickleBytes(bytes, position);
        keys = new Keys(bytes.byteSize());
    }

    /** Where the last pickle ended. */
    long position() {
        return bytes.position();
    }

    /** The storages that all pickles referred to, by their keys. */
    Map<String, Pickled.Storage> storages() {
        return calls.storages();
    }

    /** The next pickle: a Map whose keys are texts, List, String, Long, BigInteger, Double, Boolean, Pickled.NONE, or something of {@link Pickled}. */
    Object next() throws DamagedFileException {
        stack.clear();
        memo.clear();
        for (int code = bytes.octet(); code != '.'; code = bytes.octet()) {
            step(code);
        }
        return pop();
    }

    private void step(int code) throws DamagedFileException {
        switch (code) {
            case 0x80 -> {
                int protocol = bytes.octet(); // PROTO
                if (protocol > 5) {
                    throw new DamagedFileException("its pickle is of protocol " + protocol + "; 0 to 5 can be read");
                }
            }
            case 0x95 -> bytes.take(8); // FRAME
            case '(' -> push(MARK);
            case '0' -> {
                if (!stack.isEmpty() && stack.getLast() == MARK) {
                    stack.removeLast();
                } else {
                    pop();
                }
            }
            case '1' -> sinceMark();
            case '2' -> push(top());
            case 'N' -> push(Pickled.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) (int) bytes.number(4));
            case 'K' -> push(bytes.number(1));
            case 'M' -> push(bytes.number(2));
            case 'I', 'L' -> push(bytes.decimal());
            case 0x8a -> push(bytes.large(bytes.octet()));
            case 0x8b -> push(bytes.large(bytes.number(4)));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.number(8))));
            case 'F' -> push(bytes.fraction());
            case 'X', 'T' -> push(bytes.text(bytes.number(4))); // T and U are texts of Python 2
            case 0x8c, 'U' -> push(bytes.text(bytes.number(1)));
            case 0x8d -> push(bytes.text(bytes.number(8)));
            case 'V' -> push(bytes.line());
            case 'S' -> {
                String quoted = bytes.line();
                push(quoted.length() < 2 ? quoted : quoted.substring(1, quoted.length() - 1));
            }
            case 'B' -> opaque("bytes", bytes.number(4));
            case 'C' -> opaque("bytes", bytes.number(1));
            case 0x8e -> opaque("bytes", bytes.number(8));
            case 0x96 -> opaque("bytearray", bytes.number(8));
            case 0x97 -> opaque("buffer", 0);
            case 0x98 -> top(); // the buffer, read-only
            case 0x82 -> opaque("extension", 1);
            case 0x83 -> opaque("extension", 2);
            case 0x84 -> opaque("extension", 4);
            default -> container(code);
        }
    }

    private void opaque(String name, long size) throws DamagedFileException {
        bytes.take(size);
        push(new Pickled.Foreign(name, List.of()));
    }

    private void container(int code) throws DamagedFileException {
        switch (code) {
            case '}' -> push(new LinkedHashMap<>());
            case ']', 0x8f -> push(new ArrayList<>()); // a set, too
            case ')' -> push(new Pickled.Tuple(List.of()));
            case 't' -> push(new Pickled.Tuple(sinceMark()));
            case 0x85, 0x86, 0x87 -> {
                List<Object> items = new ArrayList<>();
                for (int i = code - 0x84; i > 0; i--) {
                    items.addFirst(pop());
                }
                push(new Pickled.Tuple(items));
            }
            case 'l', 0x91 -> push(sinceMark());
            case 'd' -> {
                List<Object> items = sinceMark();
                push(new LinkedHashMap<>());
                putAll(items);
            }
            case 's' -> {
                Object value = pop(), key = pop();
                putAll(List.of(key, value));
            }
            case 'u' -> putAll(sinceMark());
            case 'a' -> addAll(List.of(pop()));
            case 'e', 0x90 -> addAll(sinceMark());
            case 'q' -> memo.put(bytes.number(1), top());
            case 'r' -> memo.put(bytes.number(4), top());
            case 'p' -> memo.put(place(), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> push(remembered(bytes.number(1)));
            case 'j' -> push(remembered(bytes.number(4)));
            case 'g' -> push(remembered(place()));
            default -> object(code);
        }
    }

    private void object(int code) throws DamagedFileException {
        switch (code) {
            case 'c' -> push(global(bytes.line(), bytes.line()));
            case 0x93 -> {
                String name = pop(String.class, "a name");
                push(global(pop(String.class, "a module"), name));
            }
            case 'R', 0x81 -> {
                Pickled.Tuple arguments = pop(Pickled.Tuple.class, "arguments");
                push(calls.called(pop(), arguments.items()));
            }
            case 0x92 -> {
                Object named = pop();
                Pickled.Tuple arguments = pop(Pickled.Tuple.class, "arguments");
                push(calls.called(pop(), named instanceof Map<?, ?> map && map.isEmpty() ? arguments.items() : List.of(arguments, named)));
            }
            case 'i' -> {
                Pickled.Global kind = global(bytes.line(), bytes.line());
                push(calls.called(kind, sinceMark()));
            }
            case 'o' -> {
                List<Object> items = sinceMark();
                if (items.isEmpty()) {
                    throw new DamagedFileException("its pickle makes an object of nothing, before byte " + position());
                }
                push(calls.called(items.getFirst(), items.subList(1, items.size())));
            }
            case 'b' -> {
                Object attributes = pop();
                if (top() instanceof Pickled.Foreign foreign) { // those of a dictionary, such as the version of a state dictionary, are not needed
                    foreign.state(attributes);
                }
            }
            case 'Q' -> push(calls.persistent(pop()));
            case 'P' -> push(calls.persistent(bytes.line()));
            default -> throw new DamagedFileException("its pickle has " + (code > 32 && code < 127 ? "'" + (char) code + "'" : "0x" + Integer.toHexString(code)) + " at byte "
                    + (position() - 1) + ", which is no code of a pickle");
        }
    }

    private static Pickled.Global global(String module, String name) {
        return new Pickled.Global(TensorFile.shortened(module, LONGEST_GLOBAL) + "." + TensorFile.shortened(name, LONGEST_GLOBAL)); // one text may be the name of many
    }

    private void push(Object item) {
        stack.add(item);
    }

    private Object top() throws DamagedFileException {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw new DamagedFileException("its pickle takes something that was not there, before byte " + position());
        }
        return stack.getLast();
    }

    private Object pop() throws DamagedFileException {
        top();
        return stack.removeLast();
    }

    private <T> T pop(Class<T> kind, String what) throws DamagedFileException {
        Object item = pop();
        if (!kind.isInstance(item)) {
            throw wrong(item, what);
        }
        return kind.cast(item);
    }

    private DamagedFileException wrong(Object item, String what) {
        return new DamagedFileException("its pickle has " + Keys.kind(item) + " where " + what + " is required, before byte " + position());
    }

    private List<Object> sinceMark() throws DamagedFileException {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != MARK) {
            mark--;
        }
        if (mark < 0) {
            throw new DamagedFileException("its pickle takes more than was there, before byte " + position());
        }
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    @SuppressWarnings("unchecked")
    private void addAll(List<Object> items) throws DamagedFileException {
        switch (top()) {
            case List<?> list -> ((List<Object>) list).addAll(items);
            case Pickled.Foreign foreign -> foreign.items().addAll(items);
            default -> throw wrong(top(), "a list");
        }
    }

    @SuppressWarnings("unchecked")
    private void putAll(List<Object> items) throws DamagedFileException {
        Map<Object, Object> target = switch (top()) {
            case Map<?, ?> map -> (Map<Object, Object>) map;
            case Pickled.Foreign foreign -> foreign.entries();
            default -> throw wrong(top(), "a dictionary");
        };
        if (items.size() % 2 != 0) {
            throw new DamagedFileException("its pickle gives a dictionary a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            target.put(keys.free(keys.text(items.get(i)), target), items.get(i + 1));
        }
    }

    /** A place in the memory, in decimal. */
    private long place() throws DamagedFileException {
        return bytes.decimal() instanceof Long place ? place : -1;
    }

    private Object remembered(long place) throws DamagedFileException {
        Object item = memo.get(place);
        if (item == null) {
            throw new DamagedFileException("its pickle asks for what it never remembered, number " + place);
        }
        return item;
    }
}
