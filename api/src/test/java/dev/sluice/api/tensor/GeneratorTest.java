package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
