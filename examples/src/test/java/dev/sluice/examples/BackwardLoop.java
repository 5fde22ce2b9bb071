package dev.sluice.examples;

import dev.sluice.api.Memory;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMCell;
import dev.sluice.core.LSTMState;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Loops that use one thing many times. As a program: the memory that the backward of one of them takes, for {@link BackwardMemoryTest}. */
enum BackwardLoop {
    CELL_OVER_A_TABLE(size(20_000, 64)) {
        @Override
        Supplier<Tensor> make() {
            Embedding table = new Embedding(20_000, 64, RANDOM);
            LSTMCell cell = LSTM.of(64, 64).random(RANDOM).buildCell();
            return () -> {
                LSTMState state = cell.forward(table.forward(0, 1));
                for (int i = 1; i < 200; i++) {
                    state = cell.forward(table.forward(i, i + 1), state);
                }
                return state.h().mean();
            };
        }
    },
    LOOKUPS(size(20_000, 64)) {
        @Override
        Supplier<Tensor> make() {
            Embedding table = new Embedding(20_000, 64, RANDOM);
            return () -> sum(200, i -> table.forward(i, 2 * i, i).mean());
        }
    },
    LINEAR(size(256, 10_000)) {
        @Override
        Supplier<Tensor> make() {
            Linear head = new Linear(256, 10_000, RANDOM);
            Tensor x = Tensor.rand(RANDOM, 2, 256);
            return () -> sum(200, _ -> head.forward(x).mean());
        }
    },
    SELECT(size(400, 32, 4 * 64)) { // what backward through the layer takes: the gradients of its gates
        @Override
        Supplier<Tensor> make() {
            LSTM lstm = new LSTM(8, 64, RANDOM);
            Tensor x = Tensor.rand(RANDOM, 400, 32, 8);
            return () -> {
                Tensor y = lstm.forward(x).output();
                return sum(400, i -> y.select(0, i).mean());
            };
        }
    },
    LARGE_CELL(size(4 * 512, 128 + 512)) {
        @Override
        Supplier<Tensor> make() {
            LSTMCell cell = LSTM.of(128, 512).random(RANDOM).buildCell();
            Tensor x = Tensor.rand(RANDOM, 1, 128);
            return () -> {
                LSTMState state = cell.forward(x);
                for (int i = 1; i < 200; i++) {
                    state = cell.forward(x, state);
                }
                return state.h().mean();
            };
        }
    },
    COLUMNS(size(2_000, 600)) {
        @Override
        Supplier<Tensor> make() {
            Tensor leaf = Tensor.rand(RANDOM, 2_000, 600).requireGrad();
            return () -> sum(200, i -> leaf.narrow(1, i, 3).mean());
        }
    },
    PRODUCTS(size(1_000, 1_000)) {
        @Override
        Supplier<Tensor> make() {
            Tensor weight = Tensor.rand(RANDOM, 1_000, 1_000).requireGrad(), x = Tensor.rand(RANDOM, 2, 1_000);
            return () -> sum(100, _ -> x.matmul(weight).mean());
        }
    },
    GROWING(size(100, 100, 30)) {
        @Override
        Supplier<Tensor> make() {
            Tensor leaf = Tensor.rand(RANDOM, 100, 30).requireGrad();
            return () -> {
                Tensor all = leaf;
                for (int i = 1; i < 100; i++) {
                    all = Tensor.cat(List.of(all, leaf), 0);
                }
                return all.mean();
            };
        }
    };

    private static final Generator RANDOM = new Generator(1);

    private final long large; // bytes of what is used many times

    BackwardLoop(long large) {
        this.large = large;
    }

    /** Makes what lives longer than the loop; then the loop, which gives a single number. */
    abstract Supplier<Tensor> make();

    long large() {
        return large;
    }

    private static long size(int... sizes) {
        return 4L * Shape.of(sizes).elements();
    }

    private static Tensor sum(int count, IntFunction<Tensor> term) {
        List<Tensor> terms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            terms.add(term.apply(i));
        }
        return Tensor.stack(terms, 0).sum();
    }

    /** Prints the bytes in use before the loop, after it, and the most while its gradients were computed. */
    public static void main(String... args) {
        Supplier<Tensor> loop = valueOf(args[0]).make();
        long before = Memory.bytesInUse();
        try (TensorScope _ = TensorScope.open()) {
            Tensor result = loop.get();
            long after = Memory.bytesInUse();
            result.backward();
            System.out.println(before + " " + after + " " + Memory.peakBytesInUse());
        }
    }
}
