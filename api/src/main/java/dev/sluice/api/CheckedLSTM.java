package dev.sluice.api;

import static java.lang.ref.Reference.reachabilityFence;

/** Checks what goes into a fused recurrence, in one place, and gives layers that it does not take to the stepwise one. */
final class CheckedLSTM implements LSTMKernel {
    private final LSTMKernel kernel;
    private final LSTMKernel stepwise;

    CheckedLSTM(LSTMKernel kernel, Backend backend) {
        this.kernel = kernel;
        stepwise = new StepwiseLSTM(backend);
    }

    @Override
    public boolean takes(Weights weights) {
        return true;
    }

    private LSTMKernel kernel(Weights weights) {
        return kernel.takes(weights) ? kernel : stepwise;
    }

    @Override
    public Prepared prepare(Weights weights) {
        weights(new MatrixCheck("lstm"), weights);
        return new Checked(weights, savedWidth(weights), kernel(weights).prepare(weights));
    }

    @Override
    public int savedWidth(Weights weights) {
        return kernel(weights).savedWidth(weights);
    }

    private static void weights(MatrixCheck check, Weights weights) {
        int hidden = weights.hiddenSize();
        check.input("W_ih", weights.inputHidden());
        check.input("W_hh", weights.hiddenHidden());
        check.shape("W_ih", weights.inputHidden(), 4 * hidden, weights.inputSize());
        check.shape("W_hh", weights.hiddenHidden(), 4 * hidden, weights.projection() == null ? hidden : weights.projection().rows());
        if (weights.inputBias() != null || weights.hiddenBias() != null) {
            check.input("b_ih", weights.inputBias());
            check.input("b_hh", weights.hiddenBias());
            check.shape("b_ih", weights.inputBias(), 1, 4 * hidden);
            check.shape("b_hh", weights.hiddenBias(), 1, 4 * hidden);
        }
        if (weights.projection() != null) {
            check.input("W_hr", weights.projection());
            check.shape("W_hr", weights.projection(), weights.outputSize(), hidden);
        }
    }

    private record Checked(Weights weights, int savedWidth, Prepared prepared) implements Prepared {
        @Override
        public void infer(Steps steps, Matrix x, States first, Matrix y, States last) {
            MatrixCheck check = begin("lstm", steps, x, first);
            check.output("y", y);
            check.shape("y", y, steps.rows(), weights.outputSize());
            output(check, "the last", last, steps);
            prepared.infer(steps, x, first, y, last);
            reachabilityFence(this);
            reachabilityFence(x);
            reachabilityFence(first);
            reachabilityFence(y);
            reachabilityFence(last);
        }

        @Override
        public void forward(Steps steps, Pass pass, States last) {
            MatrixCheck check = begin("lstm", steps, pass.x(), pass.first());
            check.output("y", pass.y());
            check.output("saved", pass.saved());
            shapes(check, steps, pass);
            output(check, "the last", last, steps);
            prepared.forward(steps, pass, last);
            reachabilityFence(this);
            reachabilityFence(pass);
            reachabilityFence(last);
        }

        @Override
        public void backward(Steps steps, Pass pass, OutputGradients given, InputGradients wanted) {
            MatrixCheck check = begin("lstm gradient", steps, pass.x(), pass.first());
            check.input("y", pass.y());
            check.input("saved", pass.saved());
            shapes(check, steps, pass);
            check.input("dy", given.y());
            check.shape("dy", given.y(), steps.rows(), weights.outputSize());
            if (given.cells() != null) {
                check.input("the gradient of the cells", given.cells());
                check.shape("the gradient of the cells", given.cells(), steps.rows(), weights.hiddenSize());
            }
            check.input("the gradient of the last h", given.last().h());
            check.input("the gradient of the last c", given.last().c());
            states(check, "the gradient of the last", given.last(), steps);
            if (wanted.x() != null) {
                check.output("dx", wanted.x());
                check.shape("dx", wanted.x(), steps.rows(), weights.inputSize());
            }
            if (wanted.first() != null) {
                output(check, "the gradient of the first", wanted.first(), steps);
            }
            check.output("dW_ih", wanted.inputHidden());
            check.shape("dW_ih", wanted.inputHidden(), 4 * weights.hiddenSize(), weights.inputSize());
            check.output("dW_hh", wanted.hiddenHidden());
            check.shape("dW_hh", wanted.hiddenHidden(), 4 * weights.hiddenSize(), weights.outputSize());
            if (weights.projection() != null) {
                check.output("dW_hr", wanted.projection());
                check.shape("dW_hr", wanted.projection(), weights.outputSize(), weights.hiddenSize());
            }
            if (wanted.bias() != null) {
                check.output("db", wanted.bias());
                check.shape("db", wanted.bias(), 1, 4 * weights.hiddenSize());
            }
            prepared.backward(steps, pass, given, wanted);
            reachabilityFence(this);
            reachabilityFence(pass);
            reachabilityFence(given);
            reachabilityFence(wanted);
        }

        @Override
        public Matrix cells(Matrix saved) {
            return prepared.cells(saved);
        }

        @Override
        public void close() {
            prepared.close();
        }

        /** The checks of what every call is given. */
        private MatrixCheck begin(String operation, Steps steps, Matrix x, States first) {
            requireShrinking(steps);
            MatrixCheck check = new MatrixCheck(operation);
            CheckedLSTM.weights(check, weights);
            check.input("x", x);
            check.shape("x", x, steps.rows(), weights.inputSize());
            check.input("the first h", first.h());
            check.input("the first c", first.c());
            states(check, "the first", first, steps);
            return check;
        }

        private void shapes(MatrixCheck check, Steps steps, Pass pass) {
            check.shape("y", pass.y(), steps.rows(), weights.outputSize());
            check.shape("saved", pass.saved(), steps.rows(), savedWidth);
        }

        private void states(MatrixCheck check, String which, States states, Steps steps) {
            check.shape(which + " h", states.h(), steps.batch(), weights.outputSize());
            check.shape(which + " c", states.c(), steps.batch(), weights.hiddenSize());
        }

        private void output(MatrixCheck check, String which, States states, Steps steps) {
            check.output(which + " h", states.h());
            check.output(which + " c", states.c());
            states(check, which, states, steps);
        }

        private static void requireShrinking(Steps steps) {
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
