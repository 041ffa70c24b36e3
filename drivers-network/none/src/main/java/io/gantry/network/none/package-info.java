/** Network driver none (type null). */
package io.gantry.network.none;
