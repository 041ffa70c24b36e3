/** A plug-in for Gantry made outside of it: the storage driver {@code copydir} and the network driver {@code ptp}. */
package com.example.gantry;
