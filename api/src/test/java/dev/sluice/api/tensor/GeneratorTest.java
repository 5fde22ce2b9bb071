package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The streams of torch.manual_seed, as PyTorch 2.13 prints them. */
class GeneratorTest {
    @Test
    void uniformNumbersAreThoseOfPyTorch() {
        assertThat(Tensor.rand(new Generator(0), 4).toArray()).containsExactly(0.49625658988952637f, 0.7682217955589294f, 0.08847743272781372f, 0.13203048706054688f);
        assertThat(Tensor.rand(new Generator(1), 4).toArray()).containsExactly(0.7576315999031067f, 0.2793108820915222f, 0.40306925773620605f, 0.7346844673156738f);
    }

    @Test
    void normalNumbersAreThoseOfPyTorchForFewerThanSixteen() {
        assertThat(Tensor.randn(new Generator(0), 5).toArray()).containsExactly(1.5409960746765137f, -0.293428897857666f, -2.1787893772125244f, 0.5684312582015991f,
                -1.0845223665237427f);
    }

    @Test
    void normalNumbersHaveMeanZeroAndDeviationOne() {
        Tensor many = Tensor.randn(new Generator(3), 100_000);
        assertThat((double) many.mean().item()).isCloseTo(0, within(0.015));
        assertThat(many.sumOfSquares() / 100_000).isCloseTo(1, within(0.02));
    }

    @Test
    void seedingAgainStartsTheStreamAgain() {
        Generator random = new Generator(5);
        random.normal();
        float first = random.nextFloat();
        random.seed(5);
        random.normal();
        assertThat(random.nextFloat()).isEqualTo(first);
    }

    @Test
    void itTellsItsSeedAndHowMuchWasDrawn() {
        Generator random = new Generator(-5);
        assertThat(random).hasToString("Generator(seed=-5, drawn=0)");
        Tensor.rand(random, 30, 50);
        random.nextLong();
        assertThat(random).hasToString("Generator(seed=-5, drawn=1502)");
        Generator other = new Generator(1);
        other.restore(random.state());
        assertThat(other).hasToString("Generator(restored, drawn=0)");
        Tensor.rand(other, 1000);
        assertThat(other).hasToString("Generator(restored, drawn=1000)");
        other.seed(3);
        assertThat(other).hasToString("Generator(seed=3, drawn=0)");
    }

    @Test
    void aTensorTakesTheNumbersThatWouldBeDrawnOneByOne() {
        Generator random = new Generator(7), same = new Generator(7);
        for (int size : new int[] {3, 0, 1, 700, 2}) { // odd sizes leave half a pair of normal numbers for the next
            float[] normal = Tensor.randn(random, size).toArray();
            for (float number : normal) {
                assertThat(number).isEqualTo((float) same.normal());
            }
            float[] uniform = Tensor.uniform(random, -2f, 3f, size).toArray();
            for (float number : uniform) {
                assertThat(number).isEqualTo(same.uniform(-2f, 3f));
            }
        }
        assertThat(random.state()).isEqualTo(same.state());
    }

    @Test
    void tensorsDrawnOnTwoThreadsAreEachAPieceOfTheStream() throws Exception {
        Generator random = new Generator(9);
        List<Tensor> drawn = new ArrayList<>();
        Tensor[] others = new Tensor[20];
        Thread other = new Thread(() -> Arrays.setAll(others, i -> Tensor.rand(random, 1000)));
        other.start();
        for (int i = 0; i < 20; i++) {
            drawn.add(Tensor.rand(random, 1000));
        }
        other.join();
        drawn.addAll(List.of(others));
        Generator alone = new Generator(9);
        List<String> pieces = IntStream.range(0, 40).mapToObj(i -> Arrays.toString(Tensor.rand(alone, 1000).toArray())).toList();
        assertThat(drawn.stream().map(tensor -> Arrays.toString(tensor.toArray()))).containsExactlyInAnyOrderElementsOf(pieces);
    }

    @Test
    void shufflingKeepsEveryItemAndMovesThemEvenly() {
        int[] firstPlaces = new int[5];
        Generator random = new Generator(1);
        for (int round = 0; round < 10_000; round++) {
            int[] items = {0, 1, 2, 3, 4};
            random.shuffle(items);
            assertThat(items).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
            firstPlaces[items[0]]++;
        }
        for (int count : firstPlaces) {
            assertThat(count).isBetween(1850, 2150);
        }
    }
}
