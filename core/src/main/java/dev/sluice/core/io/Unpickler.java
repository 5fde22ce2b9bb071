package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's <a href="https://docs.python.org/3/library/pickletools.html">pickle machine</a> that tensors need. It makes dictionaries, lists, tuples, texts, numbers and
 * {@linkplain Pickled.Tensor references to tensors}, and nothing else: it knows a few names and calls none.
 */
final class Unpickler {
    /** More than the state of any training has, which are about 30 for each tensor; what they make takes less than a hundred bytes each. */
    private static final int MOST_STEPS = 1_000_000;

    /** As many as PyTorch's operations take; to make a tensor of a million, again and again, would take all memory. */
    static final int MOST_DIMENSIONS = 64;

    private static final int LONGEST_TEXT = 1 << 28;

    private static final Object MARK = new Object();
    private static final String TENSOR = "torch._utils._rebuild_tensor_v2", PARAMETER = "torch._utils._rebuild_parameter", DICTIONARY = "collections.OrderedDict", SIZE = "torch.Size";

    private final MemorySegment bytes;
    private long position;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private final Map<String, Pickled.Storage> storages = new LinkedHashMap<>();

    Unpickler(MemorySegment bytes, long position) {
        this.bytes = bytes;
        this.position = position;
    }

    /** Where the last pickle ended. */
    long position() {
        return position;
    }

    /** The storages that all pickles referred to, by their keys. */
    Map<String, Pickled.Storage> storages() {
        return storages;
    }

    /** The next pickle: a Map, List, Pickled.Tuple, String, Long, BigInteger, Double, Boolean, Pickled.NONE, or something of {@link Pickled}. */
    Object next() throws DamagedFileException {
        stack.clear();
        memo.clear();
        for (int step = 0; step < MOST_STEPS; step++) {
            int code = octet();
            if (code == '.') {
                return pop();
            }
            step(code);
        }
        throw new DamagedFileException("its pickle has more than " + MOST_STEPS + " steps");
    }

    private void step(int code) throws DamagedFileException {
        switch (code) {
            case 0x80 -> {
                int protocol = octet(); // PROTO
                if (protocol < 2 || protocol > 5) {
                    throw new DamagedFileException("its pickle is of protocol " + protocol + "; 2 to 5 can be read");
                }
            }
            case 0x95 -> take(8); // FRAME
            case '(' -> push(MARK);
            case '0' -> pop();
            case '}' -> push(new LinkedHashMap<>());
            case ']' -> push(new ArrayList<>());
            case ')' -> push(new Pickled.Tuple(List.of()));
            case 'N' -> push(Pickled.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) (int) number(4));
            case 'K' -> push(number(1));
            case 'M' -> push(number(2));
            case 0x8a -> push(large(octet()));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(number(8))));
            case 'X' -> push(text(number(4)));
            case 0x8c -> push(text(number(1)));
            case 0x8d -> push(text(number(8)));
            case 'c' -> push(global(line(), line()));
            case 0x93 -> {
                String name = pop(String.class, "a name");
                push(global(pop(String.class, "a module"), name));
            }
            case 'R' -> {
                Pickled.Tuple arguments = pop(Pickled.Tuple.class, "arguments");
                push(called(pop(Pickled.Global.class, "something known to call"), arguments.items()));
            }
            case 'b' -> {
                pop(); // the attributes of a dictionary, such as the version of a state dictionary
                top(Map.class, "a dictionary");
            }
            case 's' -> {
                Object value = pop(), key = pop();
                put(top(Map.class, "a dictionary"), key, value);
            }
            case 'u' -> {
                List<Object> items = sinceMark();
                Map<?, ?> target = top(Map.class, "a dictionary");
                if (items.size() % 2 != 0) {
                    throw new DamagedFileException("its pickle gives a dictionary a key without a value");
                }
                for (int i = 0; i < items.size(); i += 2) {
                    put(target, items.get(i), items.get(i + 1));
                }
            }
            case 'a' -> {
                Object item = pop();
                list().add(item);
            }
            case 'e' -> {
                List<Object> items = sinceMark();
                list().addAll(items);
            }
            case 't' -> push(new Pickled.Tuple(sinceMark()));
            case 0x85, 0x86, 0x87 -> {
                List<Object> items = new ArrayList<>();
                for (int i = code - 0x84; i > 0; i--) {
                    items.addFirst(pop());
                }
                push(new Pickled.Tuple(items));
            }
            case 'q' -> memo.put(number(1), top());
            case 'r' -> memo.put(number(4), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> push(remembered(number(1)));
            case 'j' -> push(remembered(number(4)));
            case 'Q' -> push(storage(pop(Pickled.Tuple.class, "the reference to a storage").items()));
            default -> throw new DamagedFileException("its pickle has the code " + (code > 32 && code < 127 ? "'" + (char) code + "'" : "0x" + Integer.toHexString(code)) + " at byte "
                    + (position - 1) + ", which is refused: no tensor needs it");
        }
    }

    private int octet() throws DamagedFileException {
        return take(1).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    }

    /** The next bytes. */
    private MemorySegment take(long count) throws DamagedFileException {
        if (count < 0 || count > bytes.byteSize() - position) {
            throw new DamagedFileException("its pickle ends in the middle: " + Long.toUnsignedString(count) + " bytes are to follow byte " + position + " of " + bytes.byteSize());
        }
        MemorySegment taken = bytes.asSlice(position, count);
        position += count;
        return taken;
    }

    /** A number of so many bytes, little-endian, without sign. */
    private long number(int size) throws DamagedFileException {
        MemorySegment taken = take(size);
        long number = 0;
        for (int i = size - 1; i >= 0; i--) {
            number = number << 8 | taken.get(ValueLayout.JAVA_BYTE, i) & 0xff;
        }
        return number;
    }

    private Object large(int size) throws DamagedFileException {
        byte[] digits = take(size).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < size / 2; i++) {
            byte digit = digits[i];
            digits[i] = digits[size - 1 - i];
            digits[size - 1 - i] = digit;
        }
        BigInteger number = size == 0 ? BigInteger.ZERO : new BigInteger(digits);
        return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }

    private String text(long size) throws DamagedFileException {
        MemorySegment letters = take(size);
        if (size > LONGEST_TEXT) {
            throw new DamagedFileException("its pickle has a text of " + size + " bytes; at most " + LONGEST_TEXT + " can be read");
        }
        return new String(letters.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private String line() throws DamagedFileException {
        StringBuilder line = new StringBuilder();
        for (int c = octet(); c != '\n'; c = octet()) {
            line.append((char) c);
            if (line.length() > 1000) {
                throw new DamagedFileException("its pickle has a name of more than 1000 letters");
            }
        }
        return line.toString();
    }

    private void push(Object item) {
        stack.add(item);
    }

    private Object top() throws DamagedFileException {
        if (stack.isEmpty() || stack.getLast() == MARK) {
            throw new DamagedFileException("its pickle takes something that was not there, before byte " + position);
        }
        return stack.getLast();
    }

    private <T> T top(Class<T> kind, String what) throws DamagedFileException {
        Object top = top();
        if (!kind.isInstance(top)) {
            throw new DamagedFileException("its pickle has " + (top instanceof Pickled.Global global ? global : "a " + top.getClass().getSimpleName()) + " where " + what + " is required, before byte " + position);
        }
        return kind.cast(top);
    }

    private Object pop() throws DamagedFileException {
        top();
        return stack.removeLast();
    }

    private <T> T pop(Class<T> kind, String what) throws DamagedFileException {
        T top = top(kind, what);
        stack.removeLast();
        return top;
    }

    private List<Object> sinceMark() throws DamagedFileException {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw new DamagedFileException("its pickle takes more than was there, before byte " + position);
        }
        List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    @SuppressWarnings("unchecked")
    private List<Object> list() throws DamagedFileException {
        return top(List.class, "a list");
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<?, ?> target, Object key, Object value) throws DamagedFileException {
        if (!(key instanceof String || key instanceof Long)) {
            throw new DamagedFileException("its pickle has a " + key.getClass().getSimpleName() + " as the key of a dictionary; only texts and whole numbers can be read");
        }
        if (((Map<Object, Object>) target).put(key.toString(), value) != null) { // of one class: a map is slow with many keys of one hash that cannot be compared
            throw new DamagedFileException("its pickle gives a dictionary the key " + key + " twice");
        }
    }

    private Object remembered(long place) throws DamagedFileException {
        Object item = memo.get(place);
        if (item == null) {
            throw new DamagedFileException("its pickle asks for what it never remembered, number " + place);
        }
        return item;
    }

    /** A name that is known, or none. */
    private static Pickled.Global global(String module, String name) throws DamagedFileException {
        String full = module + "." + name;
        boolean known = List.of(TENSOR, PARAMETER, DICTIONARY, SIZE).contains(full) || module.equals("torch") && DType.ofStorage(name).isPresent();
        if (!known) {
            throw new DamagedFileException("it asks for " + full + ", which is refused: only tensors, and dictionaries and lists of them, are read"
                    + "; in Python, save model.state_dict() instead of the model");
        }
        return new Pickled.Global(full);
    }

    private static Object called(Pickled.Global function, List<Object> arguments) throws DamagedFileException {
        switch (function.name()) {
            case DICTIONARY -> {
                if (!arguments.isEmpty()) {
                    throw new DamagedFileException("its pickle makes a dictionary of arguments; an empty one is required");
                }
                return new LinkedHashMap<>();
            }
            case SIZE -> {
                return arguments.size() == 1 && arguments.getFirst() instanceof Pickled.Tuple sizes ? sizes : wrong(function);
            }
            case PARAMETER -> {
                return !arguments.isEmpty() && arguments.getFirst() instanceof Pickled.Tensor tensor ? tensor : wrong(function);
            }
            case TENSOR -> {
                if (arguments.size() >= 4 && arguments.get(0) instanceof Pickled.Storage storage && arguments.get(1) instanceof Long offset
                        && arguments.get(2) instanceof Pickled.Tuple sizes && arguments.get(3) instanceof Pickled.Tuple strides && sizes.items().size() == strides.items().size()
                        && sizes.items().size() <= MOST_DIMENSIONS && sizes.areCounts() && strides.areCounts() && offset >= 0) {
                    return new Pickled.Tensor(storage, offset, sizes.toArray(), strides.toArray());
                }
                return wrong(function);
            }
            default -> {
                return wrong(function);
            }
        }
    }

    private static Object wrong(Pickled.Global function) throws DamagedFileException {
        throw new DamagedFileException("its pickle gives " + function.name() + " what it does not take");
    }

    /** ('storage', type, key, device, elements), and in the legacy form a view of it, which is no longer used. */
    private Pickled.Storage storage(List<Object> reference) throws DamagedFileException {
        if (reference.size() >= 5 && reference.size() <= 6 && reference.get(0).equals("storage") && reference.get(1) instanceof Pickled.Global type && reference.get(2) instanceof String key
                && reference.get(4) instanceof Long elements && elements >= 0 && reference.stream().skip(5).allMatch(Pickled.NONE::equals)) {
            Pickled.Storage storage = new Pickled.Storage(DType.ofStorage(type.name().substring(type.name().indexOf('.') + 1)).orElseThrow(() -> new DamagedFileException(
                    "its pickle has " + type + " where the type of a storage is required")), key, elements);
            if (!storages.computeIfAbsent(key, _ -> storage).equals(storage)) {
                throw new DamagedFileException("its pickle describes storage " + key + " in two ways");
            }
            return storage;
        }
        throw new DamagedFileException("its pickle refers to a storage in a form that is not known");
    }
}
