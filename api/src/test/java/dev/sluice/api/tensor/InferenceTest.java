package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InferenceTest {
    private static final String ENDED = "is used after its Inference.of ended; give it back from there, itself or in a List, Map, Optional, array or Keepable (a record of yours can be one), "
            + "or copy its numbers out before";

    private final Tensor weight = Tensor.full(2f, 1000).requireGrad();
    private final Tensor x = Tensor.ones(1000);

    private record Pair(Tensor one, Tensor other) implements Keepable<Pair> {
        @Override
        public Pair keep(TensorScope scope) {
            return new Pair(scope.keep(one), scope.keep(other));
        }
    }

    private record NoKeepable(Tensor tensor) {}

    /** The garbage collector may have found what other tests left. */
    private static void assertNoMoreInUse(long before) {
        assertThat(Memory.bytesInUse()).isLessThanOrEqualTo(before);
    }

    @Test
    void theResultIsKeptAsItIsAndTheRestRecycled() {
        Tensor[] inside = new Tensor[2];
        long before = Memory.bytesInUse();
        Tensor result = Inference.of(() -> {
            inside[0] = x.mul(weight);
            inside[1] = inside[0].add(1f);
            return inside[1];
        });
        assertThat(result).isSameAs(inside[1]);
        assertThat(result.requiresGrad()).isFalse();
        assertThat(result.get(7)).isEqualTo(3f);
        assertThatThrownBy(inside[0]::toArray).isInstanceOf(IllegalStateException.class).hasMessage("tensor: this one of shape [1000] " + ENDED);
        result.recycle();
        assertNoMoreInUse(before);
    }

    @Test
    void aPartIsCopiedAndDoesNotHoldTheWhole() {
        long before = Memory.bytesInUse();
        Tensor[] whole = new Tensor[1];
        Tensor part = Inference.of(() -> {
            whole[0] = x.add(1f).view(100, 10);
            return whole[0].select(0, -1);
        });
        assertThat(part.toArray()).containsOnly(2f).hasSize(10);
        assertNoMoreInUse(before + 64);
        assertThatThrownBy(whole[0]::toArray).hasMessageEndingWith(ENDED);
        Tensor reshaped = Inference.of(() -> {
            whole[0] = x.add(1f);
            return whole[0].view(100, 10);
        });
        assertThat(reshaped.fill(5f).shape()).isEqualTo(Shape.of(100, 10));
        assertThat(whole[0].get(999)).as("all of it, in another shape").isEqualTo(5f);
    }

    @Test
    void whatWasThereBeforeComesBackAsItIs() {
        assertThat(Inference.of(() -> weight)).isSameAs(weight);
        assertThat(weight.requiresGrad()).isTrue();
        Tensor row = Inference.of(() -> x.view(100, 10).select(0, 3));
        row.fill(9f);
        assertThat(x.get(30)).isEqualTo(9f);
        try (TensorScope _ = TensorScope.open()) {
            Tensor y = x.add(1f);
            List<Tensor> same = Inference.of(() -> List.of(y, y.narrow(0, 2, 3)));
            assertThat(same.getFirst()).isSameAs(y);
            assertThat(same.getLast().storage()).isSameAs(y.storage());
        }
        Tensor gone = Inference.of(() -> {
            Tensor y = x.add(1f);
            y.recycle();
            return y;
        });
        assertThatThrownBy(gone::toArray).hasMessage("tensor: this one of shape [1000] is used after recycle()");
    }

    @Test
    void resultsOfManyTensorsAreKeptWhole() {
        List<Tensor> list = Inference.of(() -> Stream.of(1f, 2f).map(x::mul).toList());
        assertThat(list).extracting(t -> t.get(0)).containsExactly(1f, 2f);
        List<Tensor> parts = Inference.of(() -> List.of(x.mul(3f).narrow(0, 0, 2), x));
        assertThat(parts).extracting(t -> t.get(0)).containsExactly(3f, 1f);
        TreeMap<String, Tensor> map = Inference.of(() -> new TreeMap<>(Map.of("b", x.mul(2f), "a", x)));
        assertThat(map.get("b").get(0)).isEqualTo(2f);
        Map<String, Tensor> mapOfParts = Inference.of(() -> new TreeMap<>(Map.of("b", x.mul(2f).narrow(0, 0, 1), "a", x)));
        assertThat(mapOfParts.keySet()).containsExactly("a", "b");
        assertThat(mapOfParts.get("b").item()).isEqualTo(2f);
        Tensor[] array = Inference.of(() -> new Tensor[] {x.mul(2f).narrow(0, 0, 1), null, x.mul(3f)});
        assertThat(array[0].item() + array[2].get(0)).isEqualTo(5f);
        assertThat(Inference.of(() -> Optional.of(x.mul(2f).narrow(0, 0, 1))).orElseThrow().item()).isEqualTo(2f);
        Pair pair = Inference.of(() -> new Pair(x.mul(2f), x.mul(4f).narrow(0, 0, 1)));
        assertThat(pair.one.get(0) + pair.other.item()).isEqualTo(6f);
        assertThat(Inference.<Tensor, RuntimeException>of(() -> null)).isNull();
    }

    @Test
    void whatIsOfNoTensorsComesBackAsItIs() {
        int[] ids = {1, 2};
        String[] words = {"a", "b"};
        assertThat(Inference.of(() -> ids)).isSameAs(ids);
        assertThat(Inference.of(() -> words)).isSameAs(words);
        assertThat(Inference.of(() -> x.sum().item())).isEqualTo(1000f);
        NoKeepable unknown = Inference.of(() -> new NoKeepable(x.mul(2f)));
        assertThatThrownBy(unknown.tensor::sum).hasMessage("tensor: this one of shape [1000] " + ENDED);
        NoKeepable model = Inference.of(() -> new NoKeepable(Tensor.ones(3).requireGrad()));
        assertThatThrownBy(model.tensor::sum).hasMessage("tensor: this one of shape [3] is used after its Inference.of ended; it requires a gradient, as parameters do: make the model outside of "
                + "Inference.of");
    }

    /** Lists, maps, arrays, options and pairs of each other, with tensors that are whole or part of others, made inside or before, once or several times. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whateverComesBackHasTheNumbersThatItHadInside(long seed) {
        try (TensorScope around = TensorScope.open()) {
            long inUse = Memory.bytesInUse();
            Tensor outside = Tensor.arange(60);
            int ours = around.size();
            List<Float> inside = new ArrayList<>();
            Object result = Inference.of(() -> {
                Random random = new Random(seed);
                List<Tensor> tensors = IntStream.range(0, 5).mapToObj(i -> i == 0 ? outside : Tensor.full(i, 20 + i)).toList();
                Object tree = tree(random, tensors, 3);
                numbers(tree, inside);
                return tree;
            });
            List<Float> after = new ArrayList<>();
            numbers(result, after);
            assertThat(after).as("seed " + seed).isEqualTo(inside);
            assertThat(around.size()).isGreaterThanOrEqualTo(ours);
            assertThat(Memory.bytesInUse()).as("seed " + seed).isLessThanOrEqualTo(inUse + 256 + 128L * (around.size() - ours));
        }
    }

    static long[] seeds() {
        return new Random(11).longs(60).toArray();
    }

    private static Object tree(Random random, List<Tensor> tensors, int depth) {
        Tensor tensor = tensors.get(random.nextInt(tensors.size()));
        if (depth == 0) {
            return random.nextInt(3) == 0 ? 17 : random.nextBoolean() ? tensor : tensor.narrow(0, random.nextInt(5), 1 + random.nextInt(15));
        }
        List<Object> children = IntStream.range(0, random.nextInt(4)).mapToObj(_ -> tree(random, tensors, depth - 1)).toList();
        return switch (random.nextInt(5)) {
            case 0 -> children;
            case 1 -> new ArrayList<>(children);
            case 2 -> children.toArray();
            case 3 -> children.isEmpty() ? Optional.empty() : Map.of(1, children.getFirst());
            default -> new Pair(tensor, tensor.narrow(0, 1, 2));
        };
    }

    private static void numbers(Object tree, List<Float> into) {
        switch (tree) {
            case Tensor tensor -> IntStream.range(0, tensor.size(0)).forEach(i -> into.add(tensor.get(i)));
            case Pair pair -> numbers(List.of(pair.one, pair.other), into);
            case List<?> list -> list.forEach(each -> numbers(each, into));
            case Map<?, ?> map -> map.values().forEach(each -> numbers(each, into));
            case Optional<?> optional -> optional.ifPresent(each -> numbers(each, into));
            case Object[] array -> numbers(Arrays.asList(array), into);
            default -> assertThat(tree).isEqualTo(17);
        }
    }

    @Test
    void whatTheActionThrowsIsThrownAndAllIsRecycled() {
        long before = Memory.bytesInUse();
        IOException thrown = new IOException("no file");
        assertThatThrownBy(() -> Inference.of(() -> read(x.mul(2f), thrown))).isSameAs(thrown);
        assertThatThrownBy(() -> Inference.of(() -> x.mul(2f).view(7))).isInstanceOf(IllegalArgumentException.class);
        assertNoMoreInUse(before);
        assertThat(Gradients.areOn()).isTrue();
        assertThat(TensorScope.innermost()).isNull();
    }

    private static Tensor read(Tensor made, IOException thrown) throws IOException {
        assertThat(made.get(0)).isEqualTo(2f);
        throw thrown;
    }

    @Test
    void theResultBelongsToTheScopeAround() {
        Tensor[] inner = new Tensor[1];
        Tensor outer;
        try (TensorScope _ = TensorScope.open()) {
            outer = Inference.of(() -> {
                inner[0] = Inference.of(() -> x.mul(2f));
                return inner[0].add(Inference.of(() -> x.mul(3f).sum()).item());
            });
            assertThat(outer.get(0)).isEqualTo(3002f);
            assertThatThrownBy(inner[0]::sum).hasMessage("tensor: this one of shape [1000] " + ENDED);
        }
        assertThatThrownBy(outer::sum).hasMessageStartingWith("tensor: this one of shape [1000] is used after its TensorScope closed; ");
    }

    @Test
    void everyTaskOfAParallelStreamHasItsOwn() throws Exception {
        List<Tensor> inputs = IntStream.range(0, 64).mapToObj(i -> Tensor.full(i, 1000)).toList();
        long before = Memory.bytesInUse();
        List<Tensor> results;
        try (ForkJoinPool pool = new ForkJoinPool(3)) {
            results = pool.submit(() -> inputs.parallelStream().map(input -> Inference.of(() -> input.mul(weight).add(1f))).toList()).get();
        }
        assertThat(results).noneMatch(Tensor::requiresGrad).extracting(t -> t.get(5)).containsExactlyElementsOf(IntStream.range(0, 64).mapToObj(i -> 2f * i + 1).toList());
        results.forEach(Tensor::recycle);
        assertNoMoreInUse(before);
    }

    @Test
    void everyVirtualThreadHasItsOwn() throws Exception {
        long before = Memory.bytesInUse();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Float>> sums = threads.invokeAll(Collections.nCopies(100, () -> Inference.of(() -> {
                Tensor y = x.mul(weight);
                Thread.yield();
                return y.sum().item();
            })));
            for (Future<Float> sum : sums) {
                assertThat(sum.get()).isEqualTo(2000f);
            }
        }
        assertNoMoreInUse(before);
    }

    /** Nobody says so on the thread of an executor: what is made there is recorded, and lives on. */
    @Test
    void theTasksOfAnExecutorAreNotInsideIt() throws Exception {
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Tensor made = Inference.of(() -> threads.submit(() -> x.mul(weight)).get());
            assertThat(made.requiresGrad()).isTrue();
            assertThat(made.get(0)).isEqualTo(2f);
        }
    }
}
