package dev.sluice.api.tensor;

import java.util.function.Function;

/** Why a tensor is no longer there: the scope that it was made in has ended. It does not hold that scope's thread. */
record Ended(boolean ofInference, long thread, String name) implements Function<Tensor, String> {
    static Ended on(Thread thread, boolean ofInference) {
        return new Ended(ofInference, thread.threadId(), thread.getName());
    }

    /** A thread as messages name it: virtual ones mostly have a number only. */
    static String nameOf(Thread thread) {
        return nameOf(thread.threadId(), thread.getName());
    }

    private static String nameOf(long thread, String name) {
        return "thread " + (name.isEmpty() ? "#" + thread : name);
    }

    @Override
    public String apply(Tensor tensor) {
        boolean here = Thread.currentThread().threadId() == thread;
        String scope = ofInference ? "Inference.of" : "TensorScope";
        return (here ? "its " + scope : "the " + scope + " of " + nameOf(thread, name)) + (ofInference ? " ended; " : " closed; ") + whatToDo(tensor.requiresGrad() && tensor.isLeaf(), here);
    }

    private String whatToDo(boolean isLeaf, boolean here) {
        if (isLeaf) {
            return "it requires a gradient, as parameters do: make the model outside of " + (ofInference ? "Inference.of" : "the scope");
        }
        String keep = ofInference ? "give it back from there, itself or in a List, Map, Optional, array or Keepable (a record of yours can be one)" : "keep(tensor) it in the scope";
        return keep + (here ? ", or copy its numbers out before" : ", or wait there for the threads that use it");
    }
}
