/**
 * What a client asks for, in the shapes of the Docker Engine API: these records are read from a request, kept in the state database, and shown by {@code inspect}. What a
 * request leaves out has Go's zero value: an empty string or collection, {@code 0}, {@code false}; where Docker tells "not given" apart, the component is an {@link java.util.Optional}.
 * JSON names are the component names with a capital first letter, but where an annotation says otherwise.
 */
package io.gantry.engine.model;
