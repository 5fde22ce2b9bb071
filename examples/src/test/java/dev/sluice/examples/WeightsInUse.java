package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMCell;
import dev.sluice.core.LSTMState;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The kinds of modules that read parameters of their own, each with an input; and threads that run one. */
enum WeightsInUse {
    WITHOUT_BIASES(backend -> LSTM.of(32, 96).bias(false).random(random()).backend(backend).build()),
    WITH_A_PROJECTION(backend -> LSTM.of(32, 96).projection(64).random(random()).backend(backend).build()),
    TWO_LAYERS(backend -> LSTM.of(32, 64).layers(2).random(random()).backend(backend).build()),
    TWO_DIRECTIONS(backend -> LSTM.of(32, 64).bidirectional().bias(false).random(random()).backend(backend).build()),
    CELL(backend -> LSTM.of(32, 96).bias(false).random(random()).backend(backend).buildCell()),
    LINEAR(backend -> Backends.use(backend, () -> new Linear(32, 500, random()))),
    EMBEDDING(_ -> new Embedding(400, 32, random())),
    OF_SEVERAL_PARTS(backend -> Backends.use(backend, () -> new Tagger(backend)));

    private static final int[] IDS = IntStream.range(0, 20).map(i -> i * i).toArray();
    private static final Tensor X = Tensor.randn(new Generator(2), 3, 2, 32), H = Tensor.randn(new Generator(3), 2, 96), C = Tensor.randn(new Generator(4), 2, 96);

    private final Function<Backend, Module> make;

    WeightsInUse(Function<Backend, Module> make) {
        this.make = make;
    }

    private static Generator random() {
        return new Generator(1);
    }

    /** Of the same parameters each time. */
    Module make(Backend backend) {
        return make.apply(backend);
    }

    /** What the module gives for its input. */
    static Tensor run(Module module) {
        return switch (module) {
            case LSTM lstm -> lstm.forward(X).output();
            case LSTMCell cell -> cell.forward(X.select(0, 0), new LSTMState(H, C)).h();
            case Linear linear -> linear.forward(X);
            case Embedding embedding -> embedding.forward(IDS);
            case Tagger tagger -> tagger.forward(IDS);
            default -> throw new IllegalArgumentException(module.toString());
        };
    }

    /** The numbers of {@link #run}, without recording. */
    static List<Float> numbers(Module module) {
        float[] numbers = Inference.of(() -> run(module).toArray());
        return IntStream.range(0, numbers.length).mapToObj(i -> numbers[i]).toList();
    }

    /** An embedding, a layer and a head, of which each forward is of one state. */
    private static final class Tagger extends Module {
        private final Embedding embedding = module("embedding", new Embedding(400, 32, random()));
        private final LSTM lstm;
        private final Linear head = module("head", new Linear(64, 5, random()));

        Tagger(Backend backend) {
            lstm = module("lstm", LSTM.of(32, 64).random(random()).backend(backend).build());
        }

        Tensor forward(int... ids) {
            return undisturbed(() -> head.forward(lstm.forward(embedding.forward(ids)).output()));
        }
    }

    /** Two threads that run a module until they are closed; they keep what it gave. */
    static final class Readers implements AutoCloseable {
        final Set<List<Float>> results = ConcurrentHashMap.newKeySet();
        final Set<String> refusals = ConcurrentHashMap.newKeySet();
        private final CountDownLatch running = new CountDownLatch(2);
        private final Thread[] threads = new Thread[2];
        private volatile boolean done;
        private volatile Throwable failure;

        Readers(Module module) throws InterruptedException {
            Arrays.setAll(threads, _ -> Thread.ofPlatform().start(() -> read(module)));
            running.await();
        }

        private void read(Module module) {
            while (!done) {
                try {
                    results.add(numbers(module));
                } catch (ConcurrentModificationException e) {
                    refusals.add(e.getMessage());
                } catch (Throwable e) {
                    failure = e;
                }
                running.countDown();
            }
        }

        @Override
        public void close() {
            done = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
