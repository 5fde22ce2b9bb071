package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Float32 numbers in native memory, row-major and contiguous, with a {@link Shape} and, where asked for, a gradient.
 *
 * <pre>{@code
 * Tensor w = Tensor.of(new float[][] {{1, 2}, {3, 4}}).requireGrad();
 * Tensor loss = Tensor.ones(3, 2).matmul(w).mean();
 * loss.backward();
 * System.out.println(w.grad());        // tensor([[0.5000, 0.5000], [0.5000, 0.5000]])
 * }</pre>
 *
 * <p>Operations give new tensors and are recorded for {@link #backward} where an input requires a gradient. {@link #view}, {@link #unsqueeze},
 * {@link #squeeze}, and {@link #narrow} and {@link #select} on dimension 0, share memory with their tensor; everything else copies. Negative dimensions
 * count from the end. Operations follow PyTorch's of the same name; all are safe to call from several threads as long as none writes.
 */
public final class Tensor implements Keepable<Tensor> {
    private final Storage storage;
    private final long offset;
    private final Shape shape;
    private boolean requiresGrad;
    private Tensor grad;
    private Node producer;
    private int output;

    private Tensor(Storage storage, long offset, Shape shape) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
    }

    // Making tensors

    /** Zeros of this shape that live as long as this tensor: for what an optimizer keeps beside a parameter. */
    public Tensor zerosBeside() {
        return zerosBeside(shape.sizes());
    }

    /** Zeros of another shape that live as long as this tensor. */
    public Tensor zerosBeside(int... sizes) {
        return TensorScope.in(storage.home(), () -> zeros(sizes));
    }

    /** A tensor with arbitrary content, to be written next. */
    public static Tensor empty(Shape shape) {
        return new Tensor(Storage.allocate(shape.elements(), TensorScope.innermost()), 0, shape);
    }

    public static Tensor zeros(int... sizes) {
        return full(0f, sizes);
    }

    public static Tensor ones(int... sizes) {
        return full(1f, sizes);
    }

    public static Tensor full(float value, int... sizes) {
        return empty(Shape.of(sizes)).fill(value);
    }

    /** [values.length] */
    public static Tensor of(float... values) {
        return of(Shape.of(values.length), values);
    }

    /** [values.length], each as the nearest float, which beyond ±2²⁴ need not be equal. */
    public static Tensor of(int[] values) {
        return Numbers.of(values);
    }

    /** [rows.length, rows[0].length]; all rows must be equally long. */
    public static Tensor of(float[][] rows) {
        return Numbers.of(rows);
    }

    /** [blocks.length, blocks[0].length, blocks[0][0].length]; all blocks must have as many rows, and all rows be equally long. */
    public static Tensor of(float[][][] blocks) {
        return Numbers.of(blocks);
    }

    /** {@code values} in row-major order. */
    public static Tensor of(Shape shape, float... values) {
        return Numbers.of(shape, values);
    }

    /** [], a single number. */
    public static Tensor scalar(float value) {
        return full(value);
    }

    /** [count]: 0, 1, 2 … */
    public static Tensor arange(int count) {
        Tensor tensor = empty(Shape.of(count));
        for (int i = 0; i < count; i++) {
            tensor.segment().setAtIndex(JAVA_FLOAT, i, i);
        }
        return tensor;
    }

    /** Uniform in [0, 1). */
    public static Tensor rand(Generator random, int... sizes) {
        return uniform(random, 0f, 1f, sizes);
    }

    /** Uniform from low to high, as {@link Generator#uniform} draws. */
    public static Tensor uniform(Generator random, float low, float high, int... sizes) {
        Tensor tensor = empty(Shape.of(sizes));
        random.uniform(low, high, tensor.segment(), tensor.shape.elements());
        Reference.reachabilityFence(tensor);
        return tensor;
    }

    /** Normal with mean 0 and deviation 1. */
    public static Tensor randn(Generator random, int... sizes) {
        Tensor tensor = empty(Shape.of(sizes));
        random.normal(tensor.segment(), tensor.shape.elements());
        Reference.reachabilityFence(tensor);
        return tensor;
    }

    /** Tensors of one shape along a new dimension: n of [3, 4] stacked along 0 give [n, 3, 4]. */
    public static Tensor stack(List<Tensor> tensors, int dimension) {
        return Joining.stack(tensors, dimension);
    }

    /** Tensors joined along a dimension they have; their other sizes must be equal. */
    public static Tensor cat(List<Tensor> tensors, int dimension) {
        return Joining.cat(tensors, dimension);
    }

    // What a tensor is

    public Shape shape() {
        return shape;
    }

    /** The size of one dimension. */
    public int size(int dimension) {
        return shape.size(dimension);
    }

    /** Raised by every write to the memory that this tensor and its views share, when it begins and when it ends. */
    public int version() {
        return storage.version();
    }

    /**
     * Whether a {@link #write} of that memory is going on now, on any thread. Numbers that are read after this was false, between two calls of
     * {@link #version} that give the same, are of one state.
     */
    public boolean isBeingWritten() {
        return storage.isBeingWritten();
    }

    /** The only number of a tensor that has one. */
    public float item() {
        if (shape.elements() != 1) {
            throw new IllegalStateException("item: the tensor is " + shape + "; it must have exactly one element, not " + shape.elements());
        }
        return at(offset);
    }

    /** The number at an index for each dimension, negative ones counted from the end. */
    public float get(int... index) {
        return at(offset + Views.place("get", shape, index));
    }

    /** A copy of all numbers in row-major order. */
    public float[] toArray() {
        float[] values = new float[shape.elements()];
        copyTo(FloatBuffer.wrap(values));
        return values;
    }

    /** A copy of all numbers of a tensor of two dimensions, an array for each row. */
    public float[][] toRows() {
        return Numbers.rows(this);
    }

    /** Puts all numbers in row-major order into {@code target}, from its position on. */
    public void copyTo(FloatBuffer target) {
        Numbers.copy(this, target);
    }

    /**
     * This tensor as a matrix: the last dimension as columns, all others together as rows. To read from.
     */
    public Matrix matrix() {
        int columns = shape.rank() == 0 ? 1 : shape.size(-1);
        int rows = shape.rank() == 0 ? 1 : shape.elementsBefore(shape.rank() - 1);
        return new Matrix(storage.block(this), offset, rows, columns, columns);
    }

    /**
     * As {@link #matrix}, to be written while nobody else reads: for results that are being made. The version is raised now, and not when the
     * writing ends; what others may read meanwhile, {@link #write} writes.
     *
     * @throws IllegalStateException when this tensor is the recorded result of an operation, whose gradient a write would falsify
     */
    public Matrix matrixToWrite() {
        requireWritable();
        storage.written();
        return matrix();
    }

    private void requireWritable() {
        if (producer != null && Gradients.areOn()) {
            throw new IllegalStateException("tensor: this one of shape " + shape + " is a result of " + producer.name() + ", and its gradient would not know of "
                    + "the write; write to a copy(), to detach(), or inside Gradients.off");
        }
    }

    // Writing

    /**
     * Lets {@code writing} write this tensor's numbers. The version is raised before and after it, and meanwhile {@link #isBeingWritten}: so nobody
     * takes numbers of which only half were written for those of any version.
     *
     * @throws IllegalStateException when this tensor is the recorded result of an operation, whose gradient a write would falsify
     */
    public void write(Consumer<Matrix> writing) {
        requireWritable();
        Matrix m = matrix();
        storage.beginWrite();
        try {
            writing.accept(m);
        } finally {
            storage.endWrite();
            Reference.reachabilityFence(storage);
        }
    }

    /**
     * Runs {@code writing}, which writes to {@code tensors} one after the other: each of them {@link #isBeingWritten} from its beginning to its end. So
     * nobody takes some that are written and others that are not yet for the parameters of one model.
     */
    public static void write(Collection<Tensor> tensors, Runnable writing) {
        tensors.forEach(tensor -> tensor.storage.beginWrite());
        try {
            writing.run();
        } finally {
            tensors.forEach(tensor -> tensor.storage.endWrite());
        }
    }

    /** Writes {@code value} everywhere. */
    public Tensor fill(float value) {
        write(m -> {
            long elements = shape.elements();
            MemorySegment segment = m.segment();
            for (long i = 0; i < elements; i++) {
                segment.setAtIndex(JAVA_FLOAT, offset + i, value);
            }
        });
        return this;
    }

    /** Writes {@code values}, in row-major order. */
    public Tensor copyFrom(float... values) {
        return copyFrom(FloatBuffer.wrap(values));
    }

    /** Writes what remains in {@code values}, which must be as many as this tensor's elements, and moves its position behind it. */
    public Tensor copyFrom(FloatBuffer values) {
        Numbers.copy(values, this);
        return this;
    }

    /** Writes the numbers of a tensor of the same shape. */
    public Tensor copyFrom(Tensor source) {
        requireShape("copyFrom", source, shape);
        write(m -> MemorySegment.copy(source.segment(), 4 * source.offset, m.segment(), 4 * offset, 4L * shape.elements()));
        Reference.reachabilityFence(source.storage);
        return this;
    }

    /** Gives the memory of this tensor and its views back at once; using any of them afterwards says so. */
    public void recycle() {
        storage.release(_ -> "recycle()");
    }

    /** As {@link TensorScope#keep(Tensor)}. */
    @Override
    public Tensor keep(TensorScope scope) {
        return scope.keep(this);
    }

    // Gradients

    public boolean requiresGrad() {
        return requiresGrad;
    }

    /** From now on operations on this tensor are recorded, and {@link #backward} leaves its gradient in {@link #grad}. */
    public Tensor requireGrad() {
        return requireGrad(true);
    }

    /**
     * Whether operations on this tensor are recorded from now on, as {@link #requireGrad()} says. One that no longer requires a gradient takes none from
     * what was recorded before; a gradient that is there stays.
     *
     * @throws IllegalStateException when {@code required} is false and this tensor is the recorded result of an operation
     */
    public Tensor requireGrad(boolean required) {
        if (!required && producer != null) {
            throw new IllegalStateException("requireGrad: this tensor of shape " + shape + " is a result of " + producer.name()
                    + "; only a tensor that is no result of an operation can do without a gradient; detach() it");
        }
        requiresGrad = required;
        return this;
    }

    /** The sum of the gradients of all backward passes since it was last cleared; null where none arrived, and for results of operations. */
    public Tensor grad() {
        return grad;
    }

    /** Clears the gradient and recycles its memory; a reference to it is of no use afterwards. */
    public synchronized void clearGrad() {
        if (grad != null) {
            grad.storage.release(_ -> "its gradient was cleared; copy() a gradient that is needed for longer");
            grad = null;
        }
    }

    /** This tensor's numbers, sharing its memory, without its history: gradients stop here. */
    public Tensor detach() {
        return new Tensor(storage, offset, shape);
    }

    /** Computes the gradient of this single number for everything it came from, and adds it to {@link #grad} there. */
    public void backward() {
        backward(Graph.RELEASE);
    }

    /** As {@link #backward()}, with a choice of what becomes of the recorded operations. */
    public void backward(Graph graph) {
        Backward.run(this, graph);
    }

    /** As {@link #backward()}, starting from the gradient of this tensor, which has its shape. */
    public void backward(Tensor gradient, Graph graph) {
        Backward.run(this, gradient, graph);
    }

    Node producer() {
        return producer;
    }

    /** Whether it is no recorded result of an operation; if it requires a gradient, one arrives in it. As PyTorch's {@code is_leaf}. */
    public boolean isLeaf() {
        return producer == null;
    }

    int output() {
        return output;
    }

    void producedBy(Node node, int output) {
        this.producer = node;
        this.output = output;
        this.requiresGrad = true;
    }

    /**
     * Adds a finished gradient, unless none is required any more; it lives as long as this tensor.
     *
     * @param only whether nobody else has a use for the gradient's memory, so that it may be kept instead of copied
     */
    synchronized void accumulate(Tensor gradient, boolean only) {
        if (!requiresGrad) {
            return;
        }
        if (grad == null && only) {
            gradient.storage.moveTo(storage.home());
            grad = gradient.detach();
        } else if (grad == null) {
            grad = TensorScope.in(storage.home(), () -> gradient.detach().copy());
        } else {
            Elementwise.addTo(grad, gradient);
        }
    }

    // Arithmetic: differentiable

    /**
     * this + other. Of different shapes, both are repeated to one, as PyTorch
     * <a href="https://pytorch.org/docs/stable/notes/broadcasting.html">broadcasts</a>: counted from the last dimension, sizes must be equal, or one of them 1
     * or missing. [n, 1] and [m] give [n, m].
     */
    public Tensor add(Tensor other) {
        return Broadcast.apply("add", this, other, Arithmetic::add);
    }

    /** this − other; shapes as for {@link #add}. */
    public Tensor sub(Tensor other) {
        return Broadcast.apply("sub", this, other, Arithmetic::sub);
    }

    /** this · other, element by element; shapes as for {@link #add}. */
    public Tensor mul(Tensor other) {
        return Broadcast.apply("mul", this, other, Arithmetic::mul);
    }

    /** this / other, element by element; shapes as for {@link #add}. */
    public Tensor div(Tensor other) {
        return Broadcast.apply("div", this, other, Arithmetic::div);
    }

    public Tensor add(float number) {
        return Arithmetic.add(this, number);
    }

    public Tensor sub(float number) {
        return Arithmetic.add(this, -number);
    }

    public Tensor mul(float number) {
        return Arithmetic.mul(this, number);
    }

    public Tensor div(float number) {
        return Arithmetic.div(this, number);
    }

    /** The matrix product [.., k]·[k, n] = [.., n]. */
    public Tensor matmul(Tensor other) {
        return Arithmetic.matmul(this, other);
    }

    /** [], the sum of all elements. */
    public Tensor sum() {
        return Reductions.sum(this);
    }

    /** The sums along one dimension, which the result lacks. */
    public Tensor sum(int dimension) {
        return Reductions.sum(this, dimension);
    }

    /** [], the mean of all elements. */
    public Tensor mean() {
        return sum().div(shape.elements());
    }

    /** The means along one dimension, which the result lacks. */
    public Tensor mean(int dimension) {
        return sum(dimension).div(shape.size(dimension));
    }

    /**
     * The largest numbers along one dimension, which the result lacks: the values of
     * <a href="https://pytorch.org/docs/stable/generated/torch.max.html">torch.max</a>. NaN counts as larger than any number; of equals, the first takes the
     * gradient.
     */
    public Tensor max(int dimension) {
        return Extremes.max(this, dimension);
    }

    /** The smallest numbers along one dimension, as {@link #max}; NaN counts as smaller than any number. */
    public Tensor min(int dimension) {
        return Extremes.min(this, dimension);
    }

    /** 1 / (1 + e⁻ˣ), never below 1.8e−35, where PyTorch's goes down to 0. */
    public Tensor sigmoid() {
        return Arithmetic.sigmoid(this);
    }

    public Tensor tanh() {
        return Arithmetic.tanh(this);
    }

    /** max(x, 0); NaN stays NaN. */
    public Tensor relu() {
        return Arithmetic.relu(this);
    }

    /** eˣ; ∞ from 88.73 on. */
    public Tensor exp() {
        return Arithmetic.exp(this);
    }

    /** ln x; −∞ at 0, NaN below. */
    public Tensor log() {
        return Arithmetic.log(this);
    }

    /** √x; NaN below 0. The gradient at 0 is infinite. */
    public Tensor sqrt() {
        return Arithmetic.sqrt(this);
    }

    /** |x|, whose gradient is 0 at 0. */
    public Tensor abs() {
        return Arithmetic.abs(this);
    }

    /**
     * x, or {@code low} where it is below and {@code high} where it is above; NaN stays NaN. The gradient is 0 where x was outside. An infinite bound is none.
     *
     * @throws IllegalArgumentException when {@code low} is above {@code high} or one of them is NaN, which PyTorch takes
     */
    public Tensor clamp(float low, float high) {
        return Arithmetic.clamp(this, low, high);
    }

    /** eˣ / Σ eˣ over the last dimension. */
    public Tensor softmax() {
        return Reductions.softmax(this);
    }

    /** x − log Σ eˣ over the last dimension. */
    public Tensor logSoftmax() {
        return Reductions.logSoftmax(this);
    }

    // Rearranging: differentiable

    /** The same numbers in another shape, sharing memory; one size may be −1 and follows from the others. */
    public Tensor view(int... sizes) {
        return Views.view(this, sizes);
    }

    /** With a new dimension of size 1 at {@code dimension} of the result, sharing memory. */
    public Tensor unsqueeze(int dimension) {
        return Views.unsqueeze(this, dimension);
    }

    /** Without a dimension of size 1, sharing memory; this tensor itself where that size is another. */
    public Tensor squeeze(int dimension) {
        return Views.squeeze(this, dimension);
    }

    /** {@code length} slices of a dimension from {@code start} on. On dimension 0 it shares memory. */
    public Tensor narrow(int dimension, int start, int length) {
        return Views.narrow(this, dimension, start, length);
    }

    /** One slice of a dimension, which the result lacks. On dimension 0 it shares memory. */
    public Tensor select(int dimension, int index) {
        return Views.select(this, dimension, index);
    }

    /** Two dimensions exchanged; a copy. */
    public Tensor transpose(int one, int other) {
        return Views.transpose(this, one, other);
    }

    /** The slices of dimension 0 that {@code indices} name, in their order; −1 gives a slice full of {@code fill}. A copy. */
    public Tensor rows(int[] indices, float fill) {
        return Joining.rows(this, indices, -1, fill);
    }

    /** The slices of dimension 0 that {@code indices} name, in their order. A copy. */
    public Tensor rows(int... indices) {
        return Joining.rows(this, indices, 0, 0f);
    }

    /** The same numbers in memory of their own. */
    public Tensor copy() {
        return Views.copy(this);
    }

    /** Σ x², summed in double. */
    public double sumOfSquares() {
        double sum = Sums.of(segment(), offset, shape.elements(), Sums.Term.SQUARE);
        Reference.reachabilityFence(storage);
        return sum;
    }

    // Comparing

    /** Where the elements of two tensors of one shape are equal, as floats are: NaN to nothing, 0 to −0. */
    public Mask equalTo(Tensor other) {
        requireShape("equalTo", other, shape);
        return Mask.equal(this, other);
    }

    /** The index of the largest element of each row of the last dimension, the first among equals. NaN counts as larger than any number. */
    public int[] argmax() {
        return Extremes.argmax(this);
    }

    /** As PyTorch prints it: {@code tensor([[1., 2.], [3., 4.]])}, a row a line, long dimensions shortened. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }

    String gradientNote() {
        return producer != null ? "grad_fn=<" + producer.name() + ">" : requiresGrad ? "requires_grad=True" : "";
    }

    // For the operations of this package

    /** The memory. Whoever reads it keeps this tensor reachable until done: a {@link Reference#reachabilityFence} comes last. */
    MemorySegment segment() {
        return storage.block(this).segment();
    }

    private float at(long index) {
        float value = segment().getAtIndex(JAVA_FLOAT, index);
        Reference.reachabilityFence(storage);
        return value;
    }

    long offset() {
        return offset;
    }

    /** This tensor's memory from {@code start} elements on, in another shape. */
    Tensor sharing(long start, Shape shape) {
        return new Tensor(storage, offset + start, shape);
    }

    Storage storage() {
        return storage;
    }

    /** Whether it is all of its memory, not a part. */
    boolean isWhole() {
        return shape.elements() == storage.floats();
    }

    static void requireShape(String operation, Tensor tensor, Shape shape) {
        if (!tensor.shape.equals(shape)) {
            throw new IllegalArgumentException(operation + ": the other tensor is " + tensor.shape + "; it must be " + shape + " like this one");
        }
    }
}
