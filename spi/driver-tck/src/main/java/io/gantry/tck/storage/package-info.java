/**
 * What every storage driver must do, as JUnit Jupiter cases. A driver's own tests extend {@link io.gantry.tck.storage.StorageDriverContract}, name their provider, and run as root on the
 * kernel they are meant for:
 *
 * <pre>{@code
 * class MyDriverContractTest extends StorageDriverContract {
 *     protected StorageDriverProvider provider() {
 *         return new MyDriverProvider();
 *     }
 * }
 * }</pre>
 */
package io.gantry.tck.storage;
