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
        weights(new MatrixCheck("lstm"), weights);
        return new Checked(weights, savedWidth(weights.hiddenSize()), kernel.prepare(weights));
    }

    @Override
    public int savedWidth(int hiddenSize) {
        return kernel.savedWidth(hiddenSize);
    }

    private static void weights(MatrixCheck check, Weights weights) {
        int hidden = weights.hiddenSize();
        check.input("W_ih", weights.inputHidden());
        check.input("W_hh", weights.hiddenHidden());
        check.shape("W_ih", weights.inputHidden(), 4 * hidden, weights.inputSize());
        check.shape("W_hh", weights.hiddenHidden(), 4 * hidden, hidden);
        if (weights.inputBias() != null || weights.hiddenBias() != null) {
            check.input("b_ih", weights.inputBias());
            check.input("b_hh", weights.hiddenBias());
            check.shape("b_ih", weights.inputBias(), 1, 4 * hidden);
            check.shape("b_hh", weights.hiddenBias(), 1, 4 * hidden);
        }
    }

    private record Checked(Weights weights, int savedWidth, Prepared prepared) implements Prepared {
        @Override
        public void infer(Steps steps, Matrix x, States first, Matrix y, States last) {
            MatrixCheck check = begin("lstm", steps, x, first);
            check.output("y", y);
            check.shape("y", y, steps.rows(), weights.hiddenSize());
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
            check.shape("dy", given.y(), steps.rows(), weights.hiddenSize());
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
            check.shape("dW_hh", wanted.hiddenHidden(), 4 * weights.hiddenSize(), weights.hiddenSize());
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
            check.shape("y", pass.y(), steps.rows(), weights.hiddenSize());
            check.shape("saved", pass.saved(), steps.rows(), savedWidth);
        }

        private void states(MatrixCheck check, String which, States states, Steps steps) {
            check.shape(which + " h", states.h(), steps.batch(), weights.hiddenSize());
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
