/** IPAM drivers default and null. */
package io.gantry.ipam.standard;
