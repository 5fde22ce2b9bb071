package dev.sluice.api.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * One backward pass. Operations run latest first, so that every gradient is complete before it is used, and sums have the same order each
 * time. Its intermediate gradients are recycled at the end.
 */
final class Backward {
    private final Map<Node, Tensor[]> arrived = new HashMap<>();
    private final PriorityQueue<Node> waiting = new PriorityQueue<>();
    private final List<Leaf> leaves = new ArrayList<>();

    /** A gradient that has arrived at its end. It is added when the whole pass has succeeded. */
    private record Leaf(Tensor tensor, Tensor gradient) {}

    private Backward() {}

    static void run(Tensor root, Tensor gradient, Graph graph) {
        Gradients.off(() -> {
            try (TensorScope pass = TensorScope.open()) {
                new Backward().from(root, gradient, graph, pass);
            }
        });
    }

    private void from(Tensor root, Tensor gradient, Graph graph, TensorScope pass) {
        List<Node> done = new ArrayList<>();
        arrive(root, gradient.detach().copy());
        for (Node node = waiting.poll(); node != null; node = waiting.poll()) {
            Operation operation = node.ready();
            List<Tensor> inputs = operation.inputs();
            Tensor[] gradients = operation.backward(arrived.remove(node));
            for (int i = 0; i < gradients.length; i++) {
                if (gradients[i] != null && node.wants(i)) {
                    arrive(inputs.get(i), gradients[i]);
                }
            }
            done.add(node);
        }
        Map<Storage, Integer> uses = new IdentityHashMap<>();
        leaves.forEach(leaf -> uses.merge(leaf.gradient.storage(), 1, Integer::sum));
        for (Leaf leaf : leaves) {
            Storage storage = leaf.gradient.storage();
            leaf.tensor.accumulate(leaf.gradient, storage.home() == pass && uses.get(storage) == 1);
        }
        if (graph == Graph.RELEASE) {
            done.forEach(Node::release);
        }
    }

    private void arrive(Tensor tensor, Tensor gradient) {
        if (!gradient.shape().equals(tensor.shape())) {
            throw new IllegalStateException("backward: a gradient of shape " + gradient.shape() + " for a tensor of shape " + tensor.shape()
                    + "; an Operation must return gradients of its inputs' shapes");
        }
        Node producer = tensor.producer();
        if (producer == null) {
            leaves.add(new Leaf(tensor, gradient));
            return;
        }
        Tensor[] outputs = arrived.computeIfAbsent(producer, node -> {
            waiting.add(node);
            return new Tensor[node.outputs()];
        });
        Tensor before = outputs[tensor.output()];
        outputs[tensor.output()] = before == null ? gradient : before.add(gradient);
    }
}
