package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Transpose;
import java.util.List;

/** Arithmetic on tensors, each operation beside its gradient. Of two tensors, the second's shape is the first's or its last dimensions. */
final class Arithmetic {
    private Arithmetic() {}

    static Tensor add(Tensor a, Tensor b) {
        Tensor result = Elementwise.apply(a, b, Elementwise::add);
        return Step.record("Add", result, List.of(a, b), g -> new Tensor[] {g, b.requiresGrad() ? Reductions.sumToShape(g, b.shape()) : null});
    }

    static Tensor sub(Tensor a, Tensor b) {
        Tensor result = Elementwise.apply(a, b, Elementwise::sub);
        return Step.record("Sub", result, List.of(a, b), g -> new Tensor[] {g, b.requiresGrad() ? Reductions.sumToShape(g.mul(-1f), b.shape()) : null});
    }

    static Tensor mul(Tensor a, Tensor b) {
        Tensor result = Elementwise.apply(a, b, Elementwise::mul);
        return Step.record("Mul", result, List.of(a, b), List.of(a, b),
                g -> new Tensor[] {a.requiresGrad() ? g.mul(b) : null, b.requiresGrad() ? Reductions.sumToShape(g.mul(a), b.shape()) : null});
    }

    static Tensor div(Tensor a, Tensor b) {
        Tensor result = Elementwise.apply(a, b, Elementwise::div);
        return Step.record("Div", result, List.of(a, b), List.of(b, result), g -> {
            Tensor dA = g.div(b);
            return new Tensor[] {dA, b.requiresGrad() ? Reductions.sumToShape(dA.mul(result).mul(-1f), b.shape()) : null};
        });
    }

    static Tensor add(Tensor a, float number) {
        Tensor result = Elementwise.apply(a, (x, at, out, count) -> {
            for (long i = 0; i < count; i++) {
                out.setAtIndex(JAVA_FLOAT, i, x.getAtIndex(JAVA_FLOAT, at + i) + number);
            }
        });
        return Step.record("Add", result, a, g -> g);
    }

    static Tensor mul(Tensor a, float number) {
        Tensor result = Elementwise.apply(a, (x, at, out, count) -> {
            for (long i = 0; i < count; i++) {
                out.setAtIndex(JAVA_FLOAT, i, x.getAtIndex(JAVA_FLOAT, at + i) * number);
            }
        });
        return Step.record("Mul", result, a, g -> g.mul(number));
    }

    static Tensor div(Tensor a, float number) {
        Tensor result = Elementwise.apply(a, (x, at, out, count) -> {
            for (long i = 0; i < count; i++) {
                out.setAtIndex(JAVA_FLOAT, i, x.getAtIndex(JAVA_FLOAT, at + i) / number);
            }
        });
        return Step.record("Div", result, a, g -> g.div(number));
    }

    static Tensor sigmoid(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::sigmoid);
        return Step.record("Sigmoid", y, List.of(x), List.of(y), g -> new Tensor[] {g.mul(y.detach().mul(y.detach().mul(-1f).add(1f)))});
    }

    static Tensor tanh(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::tanh);
        return Step.record("Tanh", y, List.of(x), List.of(y), g -> new Tensor[] {g.mul(y.detach().mul(y.detach()).mul(-1f).add(1f))});
    }

    static Tensor relu(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::relu);
        return Step.record("Relu", y, List.of(x), List.of(y), g -> new Tensor[] {Elementwise.apply(g, y, Elementwise::reluGradient)});
    }

    static Tensor exp(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::exp);
        return Step.record("Exp", y, List.of(x), List.of(y), g -> new Tensor[] {g.mul(y)});
    }

    static Tensor log(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::log);
        return Step.record("Log", y, List.of(x), List.of(x), g -> new Tensor[] {g.div(x)});
    }

    static Tensor sqrt(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::sqrt);
        return Step.record("Sqrt", y, List.of(x), List.of(y), g -> new Tensor[] {g.div(y.mul(2f))});
    }

    static Tensor abs(Tensor x) {
        Tensor y = Elementwise.apply(x, Elementwise::abs);
        return Step.record("Abs", y, List.of(x), List.of(x), g -> new Tensor[] {Elementwise.apply(g, x, Elementwise::absGradient)});
    }

    static Tensor clamp(Tensor x, float low, float high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: low " + low + ", high " + high + "; low must be at most high, and neither NaN");
        }
        Tensor y = Elementwise.apply(x, (a, at, out, count) -> {
            for (long i = 0; i < count; i++) {
                float value = a.getAtIndex(JAVA_FLOAT, at + i);
                out.setAtIndex(JAVA_FLOAT, i, value < low ? low : value > high ? high : value);
            }
        });
        return Step.record("Clamp", y, List.of(x), List.of(x), gradient -> new Tensor[] {Elementwise.apply(gradient, x, (g, atG, a, atA, out, count) -> {
            for (long i = 0; i < count; i++) {
                float value = a.getAtIndex(JAVA_FLOAT, atA + i);
                out.setAtIndex(JAVA_FLOAT, i, value >= low && value <= high ? g.getAtIndex(JAVA_FLOAT, atG + i) : 0f);
            }
        })});
    }

    static Tensor matmul(Tensor a, Tensor b) {
        if (a.shape().rank() < 1 || b.shape().rank() != 2 || a.size(-1) != b.size(0)) {
            throw new IllegalArgumentException("matmul: this is " + a.shape() + ", the other is " + b.shape()
                    + "; the other must be [k, n] and this one's last dimension k");
        }
        Backend backend = Backends.current();
        Tensor result = Tensor.empty(a.shape().with(-1, b.size(1)));
        backend.gemm(a.matrix(), Transpose.NO, b.matrix(), Transpose.NO, 0f, result.matrixToWrite());
        return Step.record("Matmul", result, List.of(a, b), List.of(a, b), g -> {
            Tensor dA = a.requiresGrad() ? Tensor.empty(a.shape()) : null;
            if (dA != null) {
                backend.gemm(g.matrix(), Transpose.NO, b.matrix(), Transpose.YES, 0f, dA.matrixToWrite());
            }
            Tensor dB = b.requiresGrad() ? Tensor.empty(b.shape()) : null;
            if (dB != null) {
                backend.gemm(a.matrix(), Transpose.YES, g.matrix(), Transpose.NO, 0f, dB.matrixToWrite());
            }
            return new Tensor[] {dA, dB};
        });
    }
}
