/** The storage driver devicemapper. */
package io.gantry.storage.devicemapper;
