package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences of 4, 2 and 1 steps: live rows 3, 2, 1, 1, which begin at rows 0, 3, 5, 6. */
class SweepTest {
    private static List<String> walk(Direction direction, boolean back) {
        LSTMKernel.Steps steps = new LSTMKernel.Steps(new int[] {3, 2, 1, 1}, direction);
        List<String> places = new ArrayList<>();
        for (Sweep step = back ? Sweep.backward(steps) : Sweep.forward(steps); step.next(); ) {
            places.add("%d: %d from %d; %d carried%s; %d go on%s".formatted(step.t(), step.live(), step.row(), step.carried(), step.carried() == 0 ? "" : " from " + step.previousRow(),
                    step.continuing(), step.continuing() == 0 ? "" : " at " + step.nextRow()));
        }
        return places;
    }

    @Test
    void forwardAndBackInTheOrderOfTime() {
        List<String> places = List.of("0: 3 from 0; 0 carried; 2 go on at 3", "1: 2 from 3; 2 carried from 0; 1 go on at 5", "2: 1 from 5; 1 carried from 3; 1 go on at 6",
                "3: 1 from 6; 1 carried from 5; 0 go on");
        assertThat(walk(Direction.FORWARD, false)).isEqualTo(places);
        assertThat(walk(Direction.FORWARD, true)).isEqualTo(places.reversed());
    }

    @Test
    void theReverseDirectionStartsSequencesAtTheirOwnEnds() {
        List<String> places = List.of("3: 1 from 6; 0 carried; 1 go on at 5", "2: 1 from 5; 1 carried from 6; 1 go on at 3", "1: 2 from 3; 1 carried from 5; 2 go on at 0",
                "0: 3 from 0; 2 carried from 3; 0 go on");
        assertThat(walk(Direction.REVERSE, false)).isEqualTo(places);
        assertThat(walk(Direction.REVERSE, true)).isEqualTo(places.reversed());
    }

    @Test
    void thereMayBeNoStep() {
        assertThat(Sweep.forward(new LSTMKernel.Steps(new int[0], Direction.FORWARD)).next()).isFalse();
        assertThat(Sweep.backward(new LSTMKernel.Steps(new int[0], Direction.REVERSE)).next()).isFalse();
    }
}
