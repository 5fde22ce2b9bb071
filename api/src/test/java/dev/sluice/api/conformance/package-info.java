/**
 * The judge of backends: implement {@link dev.sluice.api.conformance.BackendContract} in a test class of one method, and every rule of the
 * contract (the package page of {@link dev.sluice.api}) is tried on your backend.
 *
 * <pre>{@code
 * class MyBackendTest implements BackendContract {
 *     public BackendProvider provider() {
 *         return new MyProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>A backend that says it is exact is judged to the bit, by {@link dev.sluice.api.conformance.ReferenceBackend}; another by
 * double arithmetic, with a tolerance that grows with the number of terms. It needs JUnit Jupiter, which does not come with it.
 */
package dev.sluice.api.conformance;
