package dev.sluice.api.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Recycles, when it closes, the memory of every tensor that its thread made since it was opened.
 *
 * <pre>{@code
 * for (Batch batch : batches) {
 *     try (TensorScope step = TensorScope.open()) {
 *         ...                                  // forward, loss, backward, optimizer step
 *     }
 * }
 * }</pre>
 *
 * <p>What other threads make meanwhile, those of a parallel stream or an executor among them, is not the scope's, and is left to the garbage collector: each task there opens one of its own.
 * What is handed to them is used before the scope closes, or kept.
 *
 * <p>For a model in use, {@link Inference#of} opens one and keeps the result.
 *
 * <p>Scopes nest. Gradients live as long as the tensor they belong to, not as long as the step that made them. To let a tensor outlive the
 * scope, {@link #keep} it. One that is used afterwards all the same says so; it never shows another tensor's numbers.
 *
 * <p>Scopes are a matter of speed and of bounded memory. Without them the garbage collector finds what is no longer used, later.
 */
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<TensorScope> INNERMOST = new ThreadLocal<>();

    private final TensorScope outer;
    private final Thread thread;
    private final boolean ofInference; // when something is kept, nobody makes use of what it comes from any more
    private final List<Storage> owned = new ArrayList<>(); // each knows its place
    private boolean closed;

    private TensorScope(boolean ofInference) {
        this.ofInference = ofInference;
        outer = INNERMOST.get();
        thread = Thread.currentThread();
        INNERMOST.set(this);
    }

    /** A new innermost scope of this thread. */
    public static TensorScope open() {
        return new TensorScope(false);
    }

    /** That of {@link Inference#of}. */
    static TensorScope ofInference() {
        return new TensorScope(true);
    }

    private static void innermost(TensorScope scope) {
        if (scope == null) {
            INNERMOST.remove(); // the thread may be somebody else's
        } else {
            INNERMOST.set(scope);
        }
    }

    static TensorScope innermost() {
        return INNERMOST.get();
    }

    /** Runs {@code action} with {@code home} as the innermost scope, so that what it makes lives as long as that. */
    static Tensor in(TensorScope home, Supplier<Tensor> action) {
        TensorScope before = INNERMOST.get();
        innermost(home);
        try {
            return action.get();
        } finally {
            innermost(before);
        }
    }

    /** A copy of {@code tensor} that belongs to the scope around this one; where {@link Inference} keeps its result, mostly no copy. Not recorded for gradients. */
    public Tensor keep(Tensor tensor) {
        return ofInference ? handOn(tensor) : in(outer, () -> tensor.detach().copy());
    }

    /** Gives a tensor that was made in here to the scope around; a part of a larger one is copied, so that it does not hold the whole. Others stay as they are. */
    private Tensor handOn(Tensor tensor) {
        Storage storage = tensor.storage();
        if (storage.home() != this || storage.isReleased()) {
            return tensor;
        }
        if (!tensor.isWhole()) {
            return in(outer, tensor::copy);
        }
        storage.moveTo(outer);
        return tensor;
    }

    synchronized void own(Storage storage) {
        if (closed) {
            throw new IllegalStateException("scope: a tensor was made for a TensorScope that is closed; its parent tensor was used after the scope");
        }
        storage.place = owned.size();
        owned.add(storage);
    }

    /** How many tensors it would recycle. */
    synchronized int size() {
        return owned.size();
    }

    synchronized void disown(Storage storage) {
        if (closed || storage.place >= owned.size() || owned.get(storage.place) != storage) {
            return;
        }
        Storage last = owned.removeLast();
        if (last != storage) {
            last.place = storage.place;
            owned.set(last.place, last);
        }
    }

    /**
     * Recycles everything made inside.
     *
     * @throws IllegalStateException when scopes opened inside are still open, or on another thread
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (INNERMOST.get() != this) {
            throw new IllegalStateException("scope: closed on " + (thread == Thread.currentThread() ? "its thread while a scope opened inside it is open"
                    : Ended.nameOf(Thread.currentThread()) + ", but opened on " + Ended.nameOf(thread)) + "; use try (var scope = TensorScope.open()) { … }");
        }
        innermost(outer);
        synchronized (this) {
            closed = true;
        }
        Ended ended = Ended.on(thread, ofInference);
        owned.forEach(storage -> storage.release(ended)); // nobody comes or goes any more
        owned.clear();
    }
}
