package dev.sluice.api.tensor;

/**
 * Whether operations are recorded for {@link Tensor#backward()}, and how new kinds of operations join in.
 *
 * <p>{@link #off} holds on the thread that called it, and in what structured concurrency forks from it, not on the threads of an executor or of a
 * parallel stream; there, each task says so itself. For a model in use there is {@link Inference#of}, which recycles, too.
 */
public final class Gradients {
    private static final ScopedValue<Boolean> OFF = ScopedValue.newInstance();

    private Gradients() {}

    /** Whether operations are recorded on this thread: yes, unless inside {@link #off}. */
    public static boolean areOn() {
        return !OFF.isBound();
    }

    /** The result of {@code action}, in which nothing is recorded on this thread: for updates of parameters, for example. */
    public static <T, X extends Throwable> T off(ScopedValue.CallableOp<T, X> action) throws X {
        return ScopedValue.where(OFF, true).call(action);
    }

    /** Runs {@code action}, in which nothing is recorded on this thread. */
    public static void off(Runnable action) {
        ScopedValue.where(OFF, true).run(action);
    }

    /** Whether {@link #record} would record an operation on these inputs: recording is on, and one of them requires a gradient. */
    public static boolean wanted(Iterable<Tensor> inputs) {
        if (areOn()) {
            for (Tensor input : inputs) {
                if (input.requiresGrad()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Remembers, where {@link #wanted}, that {@code operation} computed {@code outputs} from its inputs. */
    public static void record(Operation operation, Tensor... outputs) {
        if (wanted(operation.inputs())) {
            Node node = new Node(operation, outputs.length);
            for (int i = 0; i < outputs.length; i++) {
                outputs[i].producedBy(node, i);
            }
        }
    }
}
