/**
 * What every kind of driver shares: how a provider describes itself, how its options are declared and checked, how a
 * probe answers, and the errors a driver may raise.
 *
 * <p>A plug-in is a JAR (or a folder of JARs) that declares providers in {@code META-INF/services}. The engine gives each plug-in a class
 * loader of its own, asks its providers what they are and whether they can work here ({@code probe}), and opens those that are used.
 */
package io.gantry.spi;
