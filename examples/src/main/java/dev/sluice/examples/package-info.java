/** Programs to read and run, one job each: {@code mvn -q test-compile exec:exec -pl examples -am -Dexample=NAME}; {@code -Dexample=} lists them. */
package dev.sluice.examples;
