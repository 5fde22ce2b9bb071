package dev.sluice.core.io;

import java.math.BigInteger;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors in what a checkpoint's pickle holds: nested dictionaries and lists, whose keys are joined with dots, and objects that hold some, by the names of their attributes; a
 * module's are named as its {@code state_dict} names them.
 */
final class PyTorchState {
    /** How the text of an object that is not understood begins. */
    static final String OBJECT = "an object of ";

    private static final int DEEPEST = 64;

    /** The classes of TorchScript, whose attributes with _ are lists of what the others are. */
    private static final String SCRIPT = "__torch__.";

    private final Storages storages;
    private final long fileSize;
    private final long mostVisits;
    private final Keys keys;
    private long letters;
    private long lettersOfTexts;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Set<Object> inside = Collections.newSetFromMap(new IdentityHashMap<>()); // containers that are being visited
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private long visited;
    private int innards; // what objects are made of: only tensors in it are of interest

    private PyTorchState(Storages storages, long pickleSize, long fileSize) {
        this.storages = storages;
        this.fileSize = fileSize;
        mostVisits = 1000 + pickleSize;
        keys = new Keys(pickleSize);
        letters = (1 << 20) + 16 * pickleSize;
        lettersOfTexts = letters;
    }

    /** Where the bytes of a storage are. */
    interface Storages {
        Elements.InFile elements(Pickled.Storage storage) throws DamagedFileException;
    }

    /**
     * @param pickleSize which bounds what is made of it: a pickle may refer to one thing many times
     * @param fileSize which bounds what is gathered of the file
     */
    static TensorFile.Content read(Object pickled, Storages storages, long pickleSize, long fileSize) throws DamagedFileException {
        PyTorchState state = new PyTorchState(storages, pickleSize, fileSize);
        state.visit("", pickled, 0);
        if (state.tensors.isEmpty()) {
            throw new DamagedFileException("there are no tensors in it" + state.metadata.entrySet().stream().filter(entry -> entry.getValue().startsWith(OBJECT)).findFirst()
                    .map(entry -> "; " + (entry.getKey().isEmpty() ? "it" : "\"" + entry.getKey() + "\"") + " is " + entry.getValue()
                            + "; in Python, save its tensors, or model.state_dict() instead of the model").orElse(""));
        }
        return new TensorFile.Content(List.copyOf(state.tensors.values()), state.metadata);
    }

    private void visit(String start, Object key, Object item, int depth) throws DamagedFileException {
        visited++;
        if (lettersOfTexts >= 0 || isContainer(item)) {
            visit(start + key, item, depth);
        }
    }

    private void visit(String name, Object item, int depth) throws DamagedFileException {
        if (name.length() > TensorFile.LONGEST_NAME) {
            text(TensorFile.shortened(name), "not read: its name has more than " + TensorFile.LONGEST_NAME + " letters");
            return;
        }
        switch (item) {
            case Pickled.Tensor tensor -> add(name, PyTorchTensors.stored(name, tensor, storages, fileSize));
            case Pickled.OpaqueTensor tensor -> add(name, PyTorchTensors.opaque(name, tensor));
            case String text -> text(name, text);
            case BigInteger number when number.bitLength() > 1024 -> text(name, "a number of " + number.bitLength() + " bits");
            case Number number -> text(name, number.toString());
            case Boolean truth -> text(name, truth.toString());
            case Map<?, ?> _, List<?> _, Pickled.Tuple _, Pickled.Foreign _ -> enter(name, item, depth);
            default -> {} // None, and names that stand for themselves
        }
    }

    private void add(String name, StoredTensor tensor) throws DamagedFileException {
        letters -= name.length();
        if (letters < 0) {
            throw new DamagedFileException("the names of its tensors have more letters than can be kept for a file of its size");
        }
        String free = keys.free(name, tensors);
        tensors.put(free, tensor.named(free));
    }

    /** As long as there is room for texts. */
    private void text(String name, String text) {
        lettersOfTexts -= name.length() + text.length();
        if (lettersOfTexts >= 0 && innards == 0) {
            metadata.putIfAbsent(name, text);
        }
    }

    /** What contains itself is not entered again; and when more has been visited than the pickle has bytes, neither is what was seen before. */
    private void enter(String name, Object container, int depth) throws DamagedFileException {
        boolean isNew = seen.add(container);
        if (depth == DEEPEST) {
            text(name, "not read: it is nested more than " + DEEPEST + " deep");
        } else if ((isNew || visited < mostVisits) && inside.add(container)) {
            String start = name.isEmpty() ? "" : name + ".";
            switch (container) {
                case Map<?, ?> map -> visitAll(start, map, depth);
                case List<?> list -> visitAll(start, list, depth);
                case Pickled.Tuple tuple -> visitAll(start, tuple.items(), depth);
                default -> visitForeign(name, start, (Pickled.Foreign) container, depth);
            }
            inside.remove(container);
        }
    }

    private void visitAll(String start, Map<?, ?> map, int depth) throws DamagedFileException {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            visit(start, entry.getKey(), entry.getValue(), depth + 1);
        }
    }

    private void visitAll(String start, List<?> items, int depth) throws DamagedFileException {
        for (int i = 0; i < items.size(); i++) {
            visit(start, i, items.get(i), depth + 1);
        }
    }

    private void visitForeign(String name, String start, Pickled.Foreign object, int depth) throws DamagedFileException {
        text(name, OBJECT + object.name);
        if (object.name.equals("collections.OrderedDict") && object.arguments.getFirst() instanceof List<?> pairs) { // as Python 2 writes them
            for (Object pair : pairs) {
                if (pair instanceof List<?> two && two.size() == 2) {
                    visit(start, keys.text(two.getFirst()), two.getLast(), depth + 1);
                }
            }
            return;
        }
        innards++;
        for (int i = 0; i < object.arguments.size(); i++) {
            visit(object.arguments.size() == 1 ? name : start + i, object.arguments.get(i), depth + 1);
        }
        if (!(object.state() instanceof Map)) {
            visit(name, object.state(), depth + 1);
        }
        innards--;
        visitAll(start, object.items(), depth);
        visitAll(start, object.entries(), depth);
        if (object.state() instanceof Map<?, ?> attributes && attributes.get("_parameters") instanceof Map<?, ?> parameters && attributes.get("_modules") instanceof Map<?, ?> modules) {
            visitAll(start, parameters, depth);
            if (attributes.get("_buffers") instanceof Map<?, ?> buffers) {
                visitAll(start, buffers, depth);
            }
            visitAll(start, modules, depth);
        } else if (object.state() instanceof Map<?, ?> attributes) {
            for (Map.Entry<?, ?> attribute : attributes.entrySet()) {
                if (!object.name.startsWith(SCRIPT) || !attribute.getKey().toString().startsWith("_")) {
                    visit(start, attribute.getKey(), attribute.getValue(), depth + 1);
                }
            }
        }
    }

    /** Whether tensors may be in it. */
    private static boolean isContainer(Object item) {
        return switch (item) {
            case Map<?, ?> _, List<?> _, Pickled.Tuple _, Pickled.Foreign _, Pickled.Tensor _, Pickled.OpaqueTensor _ -> true;
            default -> false;
        };
    }
}
