package dev.sluice.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a program printed when it was run in this JVM, and its exit status. */
record Printed(int status, String out, String err) {
    static <X extends Throwable> Printed by(ScopedValue.CallableOp<Integer, X> program) throws X {
        PrintStream out = System.out, err = System.err;
        ByteArrayOutputStream newOut = new ByteArrayOutputStream(), newErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
            int status = program.call();
            return new Printed(status, newOut.toString(StandardCharsets.UTF_8), newErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    String lastLine() {
        return out.lines().toList().getLast();
    }
}
