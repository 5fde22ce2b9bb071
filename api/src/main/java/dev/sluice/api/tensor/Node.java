package dev.sluice.api.tensor;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A recorded operation: a place in the graph that leads from a result back to what it was computed from. */
final class Node implements Comparable<Node> {
    private static final AtomicLong COUNT = new AtomicLong();

    private final long number = COUNT.getAndIncrement();
    private final String name;
    private final int outputs;
    private Operation operation;
    private List<Tensor> saved;
    private final int[] versions;
    private final boolean[] wanted;

    Node(Operation operation, int outputs) {
        this.operation = operation;
        this.name = operation.name();
        this.outputs = outputs;
        this.saved = operation.saved();
        this.versions = saved.stream().mapToInt(Tensor::version).toArray();
        List<Tensor> inputs = operation.inputs();
        this.wanted = new boolean[inputs.size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = inputs.get(i).requiresGrad();
        }
    }

    String name() {
        return name;
    }

    int outputs() {
        return outputs;
    }

    /**
     * The operation, fit for its backward.
     *
     * @throws IllegalStateException when it was released, or what it saved was written since
     */
    Operation ready() {
        if (operation == null) {
            throw new IllegalStateException("backward: " + name + " was already used by an earlier backward, which released what it had saved; "
                    + "call backward(Graph.KEEP) that time, or detach() a state that is carried from step to step");
        }
        for (int i = 0; i < versions.length; i++) {
            Tensor tensor = saved.get(i);
            if (tensor.version() != versions[i]) {
                throw new IllegalStateException("backward: a tensor of shape " + tensor.shape() + " that " + name + " needs was written after the "
                        + "forward pass (version " + versions[i] + " then, " + tensor.version() + " now); call backward before writing to it");
            }
        }
        return operation;
    }

    /** Whether an input required a gradient when the operation was recorded. */
    boolean wants(int input) {
        return wanted[input];
    }

    void release() {
        operation.release();
        operation = null;
        saved = null;
    }

    /** The latest first: whatever used a result comes before what produced it. */
    @Override
    public int compareTo(Node other) {
        return Long.compare(other.number, number);
    }
}
