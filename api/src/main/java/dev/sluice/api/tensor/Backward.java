package dev.sluice.api.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * One backward pass. Operations run latest first, so that every gradient is complete before it is used, and sums have the same order each
 * time. Sums grow in place, and what an operation made is recycled as soon as no sum and no other operation has a use for it.
 */
final class Backward {
    private static final String USED = "the step of a backward pass that it was a gradient for; an Operation keeps none of those that it is given";

    private final Map<Node, Tensor[]> arrived = new HashMap<>(); // the sum for each output
    private final PriorityQueue<Node> waiting = new PriorityQueue<>();
    private final Map<Tensor, Tensor[]> leaves = new LinkedHashMap<>(); // one sum each, added when the whole pass has succeeded
    private final TensorScope pass; // the home of all that may be written or recycled

    private Backward(TensorScope pass) {
        this.pass = pass;
    }

    static void run(Tensor root, Graph graph) {
        if (root.shape().elements() != 1) {
            throw new IllegalStateException("backward: the tensor is " + root.shape() + "; without a gradient it must have exactly one element; take its "
                    + "sum() or mean(), or give the gradient");
        }
        run(root, Tensor.empty(root.shape()).fill(1f), graph);
    }

    static void run(Tensor root, Tensor gradient, Graph graph) {
        if (!root.requiresGrad()) {
            throw new IllegalStateException("backward: the tensor of shape " + root.shape() + " was not computed from anything that requires a gradient; "
                    + "call requireGrad() on a tensor before using it, and compute outside of Gradients.off and Inference.of");
        }
        Tensor.requireShape("backward", gradient, root.shape());
        Gradients.off(() -> {
            try (TensorScope pass = TensorScope.open()) {
                new Backward(pass).from(root, gradient, graph);
            }
        });
    }

    private void from(Tensor root, Tensor gradient, Graph graph) {
        List<Node> done = new ArrayList<>();
        arrive(root, gradient.detach());
        for (Node node = waiting.poll(); node != null; node = waiting.poll()) {
            try (TensorScope step = TensorScope.open()) {
                run(node, arrived.remove(node), step);
            }
            done.add(node);
        }
        leaves.forEach((leaf, sum) -> {
            leaf.accumulate(sum[0], isOnly(sum[0]));
            drop(sum[0]);
        });
        if (graph == Graph.RELEASE) {
            done.forEach(Node::release);
        }
    }

    private void run(Node node, Tensor[] given, TensorScope step) {
        Operation operation = node.ready();
        if (operation instanceof Part part && sums(part.input())[part.input().output()] != null) {
            part.addTo(ownSum(part.input()), given[0]);
            drop(given[0]);
            return;
        }
        List<Tensor> inputs = operation.inputs();
        Tensor[] gradients = operation.backward(given);
        node.ready(); // what it read was not written meanwhile either
        for (int i = 0; i < gradients.length; i++) {
            if (gradients[i] != null && node.wants(i)) {
                requireShape(gradients[i], inputs.get(i));
                hold(gradients[i], step);
            }
        }
        for (Tensor used : given) {
            drop(used);
        }
        for (int i = 0; i < gradients.length; i++) {
            if (gradients[i] != null && node.wants(i)) {
                arrive(inputs.get(i), gradients[i]);
            }
        }
    }

    private static void requireShape(Tensor gradient, Tensor tensor) {
        if (!gradient.shape().equals(tensor.shape())) {
            throw new IllegalStateException("backward: a gradient of shape " + gradient.shape() + " for a tensor of shape " + tensor.shape()
                    + "; an Operation must return gradients of its inputs' shapes");
        }
    }

    /** Adds a gradient, which is held, to those that came before. */
    private void arrive(Tensor tensor, Tensor gradient) {
        Tensor[] sums = sums(tensor);
        if (sums[tensor.output()] == null) {
            sums[tensor.output()] = gradient;
        } else {
            Elementwise.addTo(ownSum(tensor), gradient);
            drop(gradient);
        }
    }

    /** Where gradients of {@code tensor} arrive: at its number among the outputs of what produced it, which a leaf has, too. */
    private Tensor[] sums(Tensor tensor) {
        Node producer = tensor.producer();
        return producer == null ? leaves.computeIfAbsent(tensor, _ -> new Tensor[1]) : arrived.computeIfAbsent(producer, node -> {
            waiting.add(node);
            return new Tensor[node.outputs()];
        });
    }

    /** The sum so far, in memory that nobody else has a use for. */
    private Tensor ownSum(Tensor tensor) {
        Tensor[] sums = sums(tensor);
        Tensor before = sums[tensor.output()];
        if (!isOnly(before)) {
            Tensor copy = TensorScope.in(pass, before::copy);
            copy.storage().uses++;
            sums[tensor.output()] = copy;
            drop(before);
        }
        return sums[tensor.output()];
    }

    /** Counts one more use of a gradient's memory, where that is the pass's own; what {@code step} made becomes so. */
    private void hold(Tensor gradient, TensorScope step) {
        Storage storage = gradient.storage();
        if (storage.home() == step) {
            storage.moveTo(pass);
        }
        if (storage.home() == pass) {
            storage.uses++;
        }
    }

    private void drop(Tensor gradient) {
        if (gradient != null && gradient.storage().home() == pass && --gradient.storage().uses == 0) {
            gradient.storage().release(_ -> USED);
        }
    }

    /** Whether what holds it is the only one to use its memory. */
    private boolean isOnly(Tensor gradient) {
        return gradient.storage().home() == pass && gradient.storage().uses == 1;
    }
}
