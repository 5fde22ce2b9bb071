package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** C = A·B: square ones, and those of an LSTM's steps with many, few and one sequence, with B transposed as weights are. */
public class ProductBenchmark extends OnBackend {
    /** m × n × k. */
    @Param({"64x64x64", "256x256x256", "1024x1024x1024", "64x2048x512", "8x1024x256", "1x1024x256"})
    String product;

    private Backend chosen;
    private Tensor a, b, weights, c;

    /** For JMH. */
    public ProductBenchmark() {}

    static int[] sizes(String product) {
        return Arrays.stream(product.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    @Override
    void prepare(Backend backend) {
        chosen = backend;
        int[] sizes = sizes(product);
        Generator random = new Generator(1);
        a = Tensor.randn(random, sizes[0], sizes[2]);
        b = Tensor.randn(random, sizes[2], sizes[1]);
        weights = Tensor.randn(random, sizes[1], sizes[2]);
        c = Tensor.zeros(sizes[0], sizes[1]);
    }

    @Benchmark
    public float multiply() {
        return multiply(b, Transpose.NO);
    }

    @Benchmark
    public float multiplyTransposed() {
        return multiply(weights, Transpose.YES);
    }

    /** The last element, which is written to memory as all others are: a kernel cannot know that the others are not read. */
    private float multiply(Tensor right, Transpose transpose) {
        Matrix result = c.matrixToWrite();
        chosen.gemm(a.matrix(), Transpose.NO, right.matrix(), transpose, 0f, result);
        return result.get(result.rows() - 1, result.columns() - 1);
    }
}
