package dev.sluice.api;

import static java.lang.ref.Reference.reachabilityFence;

/** Checks what goes into a fused recurrence, in one place. */
final class CheckedLSTM implements LSTMKernel {
    private final LSTMKernel kernel;

    CheckedLSTM(LSTMKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Prepared prepare(Weights weights) {
        var check = new MatrixCheck("lstm");
        int hidden = weights.hiddenSize();
        check.input("W_ih", weights.inputHidden());
        check.input("W_hh", weights.hiddenHidden());
        check.shape("W_ih", weights.inputHidden(), 4 * hidden, weights.inputSize());
        check.shape("W_hh", weights.hiddenHidden(), 4 * hidden, hidden);
        if (weights.inputBias() != null) {
            check.input("b_ih", weights.inputBias());
            check.input("b_hh", weights.hiddenBias());
            check.shape("b_ih", weights.inputBias(), 1, 4 * hidden);
            check.shape("b_hh", weights.hiddenBias(), 1, 4 * hidden);
        }
        return new Checked(weights, kernel.prepare(weights));
    }

    private record Checked(Weights weights, Prepared prepared) implements Prepared {
        @Override
        public void infer(Steps steps, Matrix x, States first, Matrix y, States last) {
            var check = new MatrixCheck("lstm");
            steps(steps);
            check.input("x", x);
            input(check, "the first", first, steps);
            check.shape("x", x, steps.rows(), weights.inputSize());
            check.output("y", y, x, first.h(), first.c());
            check.shape("y", y, steps.rows(), weights.hiddenSize());
            output(check, "the last", last, steps, x, y, first.h(), first.c());
            prepared.infer(steps, x, first, y, last);
            reachabilityFence(weights);
            reachabilityFence(x);
            reachabilityFence(first);
            reachabilityFence(y);
            reachabilityFence(last);
        }

        @Override
        public void forward(Steps steps, Pass pass, States last) {
            var check = new MatrixCheck("lstm");
            pass(check, steps, pass);
            check.output("y", pass.y(), pass.x(), pass.first().h(), pass.first().c());
            check.output("gates", pass.saved().gates(), pass.x(), pass.y());
            check.output("cells", pass.saved().cells(), pass.x(), pass.y(), pass.saved().gates());
            output(check, "the last", last, steps, pass.x(), pass.y(), pass.first().h(), pass.first().c(), pass.saved().gates(),
                    pass.saved().cells());
            prepared.forward(steps, pass, last);
            reachabilityFence(weights);
            reachabilityFence(pass);
            reachabilityFence(last);
        }

        @Override
        public void backward(Steps steps, Pass pass, OutputGradients given, InputGradients wanted) {
            var check = new MatrixCheck("lstm gradient");
            pass(check, steps, pass);
            check.input("dy", given.y());
            check.shape("dy", given.y(), steps.rows(), weights.hiddenSize());
            input(check, "the gradient of the last", given.last(), steps);
            Matrix[] inputs = {pass.x(), pass.y(), pass.saved().gates(), pass.saved().cells(), given.y(), given.last().h(), given.last().c()};
            if (wanted.x() != null) {
                check.output("dx", wanted.x(), inputs);
                check.shape("dx", wanted.x(), steps.rows(), weights.inputSize());
            }
            if (wanted.first() != null) {
                output(check, "the gradient of the first", wanted.first(), steps, inputs);
            }
            check.output("dW_ih", wanted.inputHidden(), inputs);
            check.shape("dW_ih", wanted.inputHidden(), 4 * weights.hiddenSize(), weights.inputSize());
            check.output("dW_hh", wanted.hiddenHidden(), inputs);
            check.shape("dW_hh", wanted.hiddenHidden(), 4 * weights.hiddenSize(), weights.hiddenSize());
            if (wanted.bias() != null) {
                check.output("db", wanted.bias(), inputs);
                check.shape("db", wanted.bias(), 1, 4 * weights.hiddenSize());
            }
            prepared.backward(steps, pass, given, wanted);
            reachabilityFence(weights);
            reachabilityFence(pass);
            reachabilityFence(given);
            reachabilityFence(wanted);
        }

        @Override
        public void close() {
            prepared.close();
        }

        private void pass(MatrixCheck check, Steps steps, Pass pass) {
            steps(steps);
            check.input("x", pass.x());
            check.shape("x", pass.x(), steps.rows(), weights.inputSize());
            input(check, "the first", pass.first(), steps);
            check.input("y", pass.y());
            check.shape("y", pass.y(), steps.rows(), weights.hiddenSize());
            check.input("gates", pass.saved().gates());
            check.shape("gates", pass.saved().gates(), steps.rows(), 4 * weights.hiddenSize());
            check.input("cells", pass.saved().cells());
            check.shape("cells", pass.saved().cells(), steps.rows(), weights.hiddenSize());
        }

        private void input(MatrixCheck check, String which, States states, Steps steps) {
            check.input(which + " h", states.h());
            check.input(which + " c", states.c());
            check.shape(which + " h", states.h(), steps.batch(), weights.hiddenSize());
            check.shape(which + " c", states.c(), steps.batch(), weights.hiddenSize());
        }

        private void output(MatrixCheck check, String which, States states, Steps steps, Matrix... others) {
            input(check, which, states, steps);
            check.output(which + " h", states.h(), others);
            check.output(which + " c", states.c(), others);
        }

        private static void steps(Steps steps) {
            int[] sizes = steps.batchSizes();
            for (int t = 0; t < sizes.length; t++) {
                if (sizes[t] < 0 || t > 0 && sizes[t] > sizes[t - 1]) {
                    throw new IllegalArgumentException("lstm: step " + t + " has " + sizes[t] + " live rows"
                            + (t > 0 ? " after " + sizes[t - 1] : "") + "; their number must not be negative and must never grow");
                }
            }
        }
    }
}
