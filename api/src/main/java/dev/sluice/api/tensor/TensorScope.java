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
 * <p>What other threads make meanwhile, those of a parallel stream or an executor among them, is not the scope's: each task there opens one of its own.
 *
 * <p>Scopes nest. Gradients live as long as the tensor they belong to, not as long as the step that made them. To let a tensor outlive the
 * scope, {@link #keep} it. One that is used afterwards all the same says so; it never shows another tensor's numbers.
 *
 * <p>Scopes are a matter of speed and of bounded memory. Without them the garbage collector finds what is no longer used, later.
 */
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<TensorScope> INNERMOST = new ThreadLocal<>();
    static final String WHY = "its TensorScope closed; keep(tensor) it in the scope, or copy its numbers out before";
    static final String WHY_OF_A_LEAF = "its TensorScope closed; it requires a gradient, as parameters do: make the model outside of the scope";

    private final TensorScope outer;
    private final Thread thread;
    private final List<Storage> owned = new ArrayList<>(); // each knows its place
    private boolean closed;

    private TensorScope(TensorScope outer) {
        this.outer = outer;
        this.thread = Thread.currentThread();
    }

    /** A new innermost scope of this thread. */
    public static TensorScope open() {
        TensorScope scope = new TensorScope(INNERMOST.get());
        INNERMOST.set(scope);
        return scope;
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

    /** A copy of {@code tensor} that belongs to the scope around this one. Not recorded for gradients. */
    public Tensor keep(Tensor tensor) {
        return in(outer, () -> tensor.detach().copy());
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
                    : "another thread than its own") + "; use try (var scope = TensorScope.open()) { … }");
        }
        innermost(outer);
        synchronized (this) {
            closed = true;
        }
        owned.forEach(storage -> storage.release(WHY)); // nobody comes or goes any more
        owned.clear();
    }
}
