package dev.sluice.examples;

import dev.sluice.api.Backends;

/** Prints every backend on the class path: usable, or why not, and where it came from. */
public final class ListBackends {
    private ListBackends() {}

    public static void main(String[] args) {
        System.out.println(Backends.discover().report());
    }
}
