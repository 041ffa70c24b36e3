/**
 * Docker's remote plug-ins (v1 protocol: JSON by HTTP over a socket) as drivers of this engine. A plug-in may be dead, slow or lying: every call has limits of time and size, every answer is checked, and what a bad
 * answer may have left behind is rolled back.
 */
package io.gantry.network.plugin;
