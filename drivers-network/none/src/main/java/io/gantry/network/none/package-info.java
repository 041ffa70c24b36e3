/** Docker's network driver {@code null}, network {@code none}: a namespace with nothing but a loopback device. */
package io.gantry.network.none;
