package dev.sluice.examples;

import dev.sluice.api.BackendUnavailableException;
import dev.sluice.api.Backends;

/** Prints every backend on the class path: usable, or why not, and where it came from; and which one a program would run on. */
public final class ListBackends {
    private ListBackends() {}

    public static void main(String[] args) {
        Backends backends = Backends.discover();
        System.out.println(backends.report());
        try {
            System.out.println("in use: " + backends.selected().name());
        } catch (BackendUnavailableException e) {
            System.out.println("in use: none; " + e.getMessage());
        }
    }
}
